import { readFileSync } from "node:fs"

import { readProcessStat } from "@saleproof/stack/process-stat.mjs"

/** CPU time of the whole machine since boot, in clock ticks. */
export type CpuTimes = { total: number; idle: number; steal: number }

/** Reads the first line of Linux' /proc/stat; null on any other system. See proc(5). */
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
  // user nice system idle iowait irq softirq steal; the guest times after them are already part of user and nice.
  const ticks = line.split(/\s+/).slice(0, 8).map(Number)
  const [, , , idle = 0, iowait = 0, , , steal = 0] = ticks
  return { total: ticks.reduce((sum, part) => sum + part, 0), idle: idle + iowait, steal }
}

/** Shares of all CPUs between two readings, 0 to 1. */
export function cpuShares(before: CpuTimes | null, after: CpuTimes | null) {
  const total = before && after ? after.total - before.total : 0
  if (!before || !after || total <= 0) return { busy: null, steal: null }
  return { busy: 1 - (after.idle - before.idle) / total, steal: (after.steal - before.steal) / total }
}

/** Clock ticks of CPU that one process and its threads have used; null when it is gone or this is not Linux. */
export const readProcessTicks = (pid: number): number | null => readProcessStat(pid)?.cpuTicks ?? null
