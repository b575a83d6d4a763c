import { readFileSync } from "node:fs"
import { cpus } from "node:os"

/** Which processors a process may use: those of its affinity, and how much of them its control group's quota allows. */
export type Allowance = {
  /** Numbers of the processors; null where the system does not say. */
  processors: number[] | null
  /** How many processors' worth of time it may have, whole or not. */
  count: number
}

/** What the process may use, by Linux' /proc and control groups; on other systems every processor. */
export function allowanceOf(pid: number): Allowance {
  const processors = affinityOf(pid)
  const all = processors?.length ?? cpus().length
  return { processors, count: Math.min(all, quotaOf(pid) ?? all) }
}

function affinityOf(pid: number): number[] | null {
  const status = readText(`/proc/${pid}/status`)
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status ?? "")?.[1]
  return list === undefined ? null : parseCpuList(list)
}

/** "0-2,5" is 0, 1, 2, 5. */
export function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((part) => {
    const [from = 0, to = from] = part.split("-").map(Number)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
}

/** The least quota on the way from the process's control group to the root, in processors; null where there is none. */
function quotaOf(pid: number): number | null {
  const groups = readText(`/proc/${pid}/cgroup`) ?? ""
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1]
  const legacy = /^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:(\/.*)$/m.exec(groups)?.[1]
  const quotas = [
    ...pathsUp(unified).map((path) => parseCpuMax(readText(`/sys/fs/cgroup${path}/cpu.max`))),
    ...pathsUp(legacy).map((path) =>
      parseCpuMax(
        `${readText(`/sys/fs/cgroup/cpu${path}/cpu.cfs_quota_us`)?.trim()} ${readText(`/sys/fs/cgroup/cpu${path}/cpu.cfs_period_us`)?.trim()}`,
      ),
    ),
  ].filter((quota) => quota !== null)
  return quotas.length === 0 ? null : Math.min(...quotas)
}

/** "/a/b" is "/a/b", "/a" and "". */
function pathsUp(path: string | undefined): string[] {
  if (path === undefined) return []
  const parts = path.split("/").filter(Boolean)
  return [...parts.keys(), parts.length].map((length) =>
    parts
      .slice(0, length)
      .map((part) => `/${part}`)
      .join(""),
  )
}

/** "50000 100000" is half a processor; "max 100000" and "-1 100000" are no quota. */
export function parseCpuMax(text: string | null): number | null {
  const [quota = Number.NaN, period = Number.NaN] = (text ?? "").trim().split(/\s+/).map(Number)
  return quota > 0 && period > 0 ? quota / period : null
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}
