import { readdirSync } from "node:fs"

import { readProcessStat } from "@saleproof/stack/process-stat.mjs"

const TICKS_PER_SECOND = 100

/** CPU seconds of a process, of its living children and of those that it outlived; null where there is no /proc. */
export function familyCpuSeconds(pid: number): number | null {
  const parent = readProcessStat(pid)
  if (!parent) return null
  const children = readdirSync("/proc")
    .flatMap((name) => (/^\d+$/.test(name) ? (readProcessStat(Number(name)) ?? []) : []))
    .filter((child) => child.parent === pid)
  const own = children.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0)
  return (parent.cpuTicks + parent.childrenCpuTicks + own) / TICKS_PER_SECOND
}

/** The parent of a process, if it lives and this is Linux. */
export const parentOf = (pid: number): number | undefined => readProcessStat(pid)?.parent
