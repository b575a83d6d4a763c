import { z } from "zod"

const LogLine = z.object({ level: z.string(), msg: z.string(), error: z.string().optional() })

/** What k6's own log says about the run, apart from its measurements. */
export type K6Log = {
  /** Batches of points that InfluxDB refused; k6 does not try again and exits as if nothing happened. */
  lostWrites: number
  /** Flushes that took longer than the push interval: the output is falling behind. */
  slowFlushes: number
  /** The last errors that are not one of the above, oldest first. */
  errors: string[]
}

const KEPT_ERRORS = 5

/** Reads k6's `--log-format json` lines one by one. Lines that are no JSON are errors of their own. */
export function createLogReader() {
  const log: K6Log = { lostWrites: 0, slowFlushes: 0, errors: [] }
  return {
    log,
    line(text: string): void {
      if (text.trim() === "") return
      const parsed = parseLine(text)
      if (parsed.msg.startsWith("Couldn't write stats")) log.lostWrites += 1
      else if (parsed.msg.startsWith("The flush operation took higher")) log.slowFlushes += 1
      else if (parsed.level === "error" && !parsed.msg.startsWith("thresholds on metrics")) {
        log.errors.push(firstLine(parsed.error ? `${parsed.msg}: ${parsed.error}` : parsed.msg))
        if (log.errors.length > KEPT_ERRORS) log.errors.shift()
      }
    },
  }
}

/** k6 appends the script's stack, which says where in k6 rather than what. */
function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? ""
}

function parseLine(text: string): z.infer<typeof LogLine> {
  try {
    const parsed = LogLine.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
  } catch {
    // Not JSON: a panic or a warning from before the log format was set.
  }
  return { level: "error", msg: text.trim() }
}
