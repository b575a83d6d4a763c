import { readFileSync, readdirSync } from "node:fs"

const TICKS_PER_SECOND = 100

type ProcessTimes = { parent: number; own: number; reaped: number }

/** CPU seconds of a process, of its living children and of those that it outlived; null where there is no /proc. */
export function familyCpuSeconds(pid: number): number | null {
  const family = readProcess(pid)
  if (family === null) return null
  const children = readdirSync("/proc").flatMap((name) =>
    /^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : [],
  )
  const own = children.filter(({ parent }) => parent === pid).reduce((sum, child) => sum + child.own, 0)
  return (family.own + family.reaped + own) / TICKS_PER_SECOND
}

/** The parent of a process, if it lives and this is Linux. */
export const parentOf = (pid: number): number | undefined => readProcess(pid)?.parent

function readProcess(pid: number): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The name of the program may hold spaces and parentheses. Then ppid is field 4, utime to cstime are 14 to 17 (proc(5)).
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number)
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15)
    return { parent: fields[1] ?? 0, own: utime + stime, reaped: cutime + cstime }
  } catch {
    return null
  }
}
