import { z } from "zod"

import type { K6Message } from "../stats/model.ts"

const LogLine = z.object({
  level: z.string(),
  msg: z.string(),
  error: z.string().optional(),
  source: z.string().optional(),
  /** What k6's executors log has the scenario; what a script logs has not. */
  scenario: z.string().optional(),
})

/** What k6's own log says about the run, apart from its measurements. */
export type K6Log = {
  /** Batches of points that InfluxDB refused; k6 does not try again and exits as if nothing happened. */
  lostWrites: number
  /** Flushes that took longer than the push interval: the output is falling behind. */
  slowFlushes: number
  /** Flushes that k6 threw away as a whole, because a value in them is no number. */
  lostFlushes: number
  /** Iterations that ended by an exception, and the first texts of those that differ. */
  threw: number
  thrown: string[]
  /** The first texts of what the script threw elsewhere: in its init code, setup, teardown or handleSummary. */
  thrownOutside: string[]
  /** The last errors that are not one of the above, oldest first. */
  errors: string[]
  /** The first error or warning of each kind, in the order in which they came, with how many there were. */
  messages: K6Message[]
}

const COUNTED = [
  ["Couldn't write stats", "lostWrites"],
  ["Couldn't create batch from samples", "lostFlushes"],
  ["The flush operation took higher", "slowFlushes"],
] as const

const KEPT_ERRORS = 5
const KEPT_KINDS = 20
const KEPT_THROWN = 3
const MOST_CHARACTERS = 500

/** Reads k6's `--log-format json` lines one by one. Lines that are no JSON are errors of their own. */
export function createLogReader() {
  const log: K6Log = {
    lostWrites: 0,
    slowFlushes: 0,
    lostFlushes: 0,
    threw: 0,
    thrown: [],
    thrownOutside: [],
    errors: [],
    messages: [],
  }
  const kinds = new Map<string, K6Message>()

  function note(level: K6Message["level"], text: string): void {
    const kind = `${level} ${kindOf(text)}`
    const known = kinds.get(kind)
    if (known) known.count += 1
    else if (kinds.size < KEPT_KINDS) {
      const message = { level, text: text.slice(0, MOST_CHARACTERS), count: 1 }
      kinds.set(kind, message)
      log.messages.push(message)
    }
  }

  return {
    log,
    line(line: string): void {
      if (line.trim() === "") return
      const said = parseLine(line)
      const { level, msg, error } = said
      noteThrown(log, said)
      // A script may log the same words.
      const isOfK6 = said.source !== "console"
      const counted = isOfK6 ? COUNTED.find(([start]) => msg.startsWith(start)) : undefined
      if (counted) log[counted[1]] += 1
      else if (isOfK6 && msg.startsWith("thresholds on metrics")) return
      else if (level === "error" || level === "warning") {
        const text = firstLine(error ? `${msg}: ${error}` : msg)
        note(level, text)
        if (level === "error")
          log.errors = [...log.errors, text.slice(0, MOST_CHARACTERS)].slice(-KEPT_ERRORS)
      }
    },
  }
}

// The init code of a VU that an open model needs on top of those that were planned.
const UNPLANNED_VU = "Error while allocating unplanned VU"

/** A rejection that no script code takes has no stack trace of k6's: any error of an iteration ended it. */
function noteThrown(log: K6Log, { level, msg, error, source, scenario }: z.infer<typeof LogLine>): void {
  if (level !== "error") return
  const text = firstLine(error ?? msg).slice(0, MOST_CHARACTERS)
  if (scenario !== undefined && error === undefined) {
    log.threw += 1
    keepText(log.thrown, text)
  } else if (source === "stacktrace" || msg.startsWith(UNPLANNED_VU)) keepText(log.thrownOutside, text)
}

function keepText(texts: string[], text: string): void {
  if (texts.length < KEPT_THROWN && !texts.includes(text)) texts.push(text)
}

/** Two messages that differ in numbers or in what is quoted are of one kind. */
function kindOf(text: string): string {
  return text.replaceAll(/"[^"]*"|'[^']*'/g, '""').replaceAll(/\d+/g, "0")
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
