import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import process from "node:process"

/** @typedef {{ pid: number, startedAt: string }} Identity */

/**
 * Of Linux' /proc/PID/stat: times in clock ticks, of the process and of the children that it has waited for. Undefined
 * when there is no such process, also for a zombie, or this is not Linux. See proc(5).
 * @param {number} pid
 */
export function readProcessStat(pid) {
  let stat
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  } catch {
    return undefined
  }
  // The command name is in parentheses and may hold anything; field 3, the state, is the first one behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  /** @param {number} number as proc(5) counts */
  const ticks = (number) => Number(fields[number - 3])
  if (fields[0] === "Z") return undefined
  return {
    parent: ticks(4),
    cpuTicks: ticks(14) + ticks(15),
    childrenCpuTicks: ticks(16) + ticks(17),
    startTicks: ticks(22),
  }
}

/**
 * The identity of a live process, which no later process with the same pid has; undefined when there is none.
 * @param {number} pid
 * @returns {Identity | undefined}
 */
export function identify(pid) {
  const startedAt = process.platform === "linux" ? readProcessStat(pid)?.startTicks : startDate(pid)
  return startedAt === undefined ? undefined : { pid, startedAt: String(startedAt) }
}

/** @param {Identity} identity */
export function isAlive({ pid, startedAt }) {
  return identify(pid)?.startedAt === startedAt
}

/** @param {number} pid */
function startDate(pid) {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined
  } catch {
    return undefined
  }
}
