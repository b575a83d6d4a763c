import { execFile } from "node:child_process"
import { arch, cpus, platform, release, totalmem } from "node:os"
import { promisify } from "node:util"

import { cpuShares, readCpuTimes } from "./cpu.ts"

/** What a figure was measured on; `steal` is the share of CPU time that the hypervisor took meanwhile. */
export type Machine = {
  cpu: string
  cores: number
  memoryMb: number
  os: string
  node: string
  commit: string | null
  dirty: boolean | null
  busy: number | null
  steal: number | null
}

const run = promisify(execFile)

/** Starts to watch the machine; the answer describes it, and what it did since. */
export function watchMachine({ root }: { root: string }): () => Promise<Machine> {
  const before = readCpuTimes()
  return async () => {
    const processors = cpus()
    const git = async (...args: string[]) => (await run("git", args, { cwd: root })).stdout.trim()
    const commit = await git("rev-parse", "HEAD").catch(() => null)
    // The results of earlier measurements change nothing that is measured.
    const status = await git("status", "--porcelain", "--", ".", ":(exclude)docs/results").catch(() => null)
    return {
      cpu: processors[0]?.model.trim() ?? "unknown",
      cores: processors.length,
      memoryMb: Math.round(totalmem() / 2 ** 20),
      os: `${platform()} ${release()} ${arch()}`,
      node: process.version,
      commit,
      dirty: status === null ? null : status !== "",
      ...cpuShares(before, readCpuTimes()),
    }
  }
}
