import { readFileSync, readdirSync } from "node:fs"

const NANOSECONDS = 1e9

/** Seconds for which threads of a process could have run and waited for a processor; null where Linux does not say. */
export function waitedFor(pid: number): number | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.reduce((sum, thread) => sum + waitOf(`/proc/${pid}/task/${thread}/schedstat`), 0)
  } catch {
    return null
  }
}

/** The second of its three numbers; a thread that ended meanwhile waits for nothing. */
function waitOf(file: string): number {
  try {
    return Number(readFileSync(file, "utf8").split(" ")[1]) / NANOSECONDS
  } catch {
    return 0
  }
}
