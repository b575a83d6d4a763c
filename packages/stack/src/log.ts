import { readFileSync } from "node:fs"

const TAIL_LINES = 15

/** The last lines of a log file, without the empty ones; empty when there is none. */
export function tailOf(file: string, lines = TAIL_LINES): string {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).slice(-lines).join("\n")
  } catch {
    return ""
  }
}
