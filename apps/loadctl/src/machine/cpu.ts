import { readFileSync } from "node:fs"

import { readProcessStat } from "@saleproof/stack/process-stat.mjs"

/** CPU time since boot, in clock ticks. */
type Times = { total: number; idle: number; steal: number }

/** Of the whole machine, and of each processor by its number. */
export type CpuTimes = Times & { each: (Times | undefined)[] }

/** Reads Linux' /proc/stat; null on any other system. See proc(5). */
export function readCpuTimes(path = "/proc/stat"): CpuTimes | null {
  try {
    return parseCpuTimes(readFileSync(path, "utf8"))
  } catch {
    return null
  }
}

export function parseCpuTimes(stat: string): CpuTimes | null {
  const line = /^cpu\s+(.*)$/m.exec(stat)?.[1]
  if (!line) return null
  const each: CpuTimes["each"] = []
  for (const [, number = "", ticks = ""] of stat.matchAll(/^cpu(\d+)\s+(.*)$/gm))
    each[Number(number)] = timesOf(ticks)
  return { ...timesOf(line), each }
}

/** Of those processors together. */
export function timesOfProcessors({ each }: CpuTimes, processors: readonly number[]): Times {
  const known = processors.flatMap((number) => each[number] ?? [])
  const sum = (key: keyof Times): number => known.reduce((total, times) => total + times[key], 0)
  return { total: sum("total"), idle: sum("idle"), steal: sum("steal") }
}

function timesOf(line: string): Times {
  // user nice system idle iowait irq softirq steal; the guest times after them are already part of user and nice.
  const ticks = line.split(/\s+/).slice(0, 8).map(Number)
  const [, , , idle = 0, iowait = 0, , , steal = 0] = ticks
  return { total: ticks.reduce((sum, part) => sum + part, 0), idle: idle + iowait, steal }
}

/** Shares of all CPUs between two readings, 0 to 1. */
export function cpuShares(before: Times | null, after: Times | null) {
  const total = before && after ? after.total - before.total : 0
  if (!before || !after || total <= 0) return { busy: null, steal: null }
  return { busy: 1 - (after.idle - before.idle) / total, steal: (after.steal - before.steal) / total }
}

/** Clock ticks of CPU that one process and its threads have used; null when it is gone or this is not Linux. */
export const readProcessTicks = (pid: number): number | null => readProcessStat(pid)?.cpuTicks ?? null
