import { InvalidArgumentError } from "commander"
import type { Command } from "commander"

import { parseDuration } from "../plan/duration.ts"
import type { K6Overrides } from "../plan/plan.ts"
import { collectPair, wholeNumber } from "./options.ts"

/** What k6 itself takes, under its own names. */
export type K6Flags = {
  e?: Record<string, string>
  vus?: number
  duration?: string
  iterations?: number
  out?: string[]
}

export function withK6(command: Command): Command {
  return command
    .option("-e <KEY=VALUE>", "variable of the script, repeatable; its value is saved nowhere", collectPair)
    .option("--vus <n>", "as k6 run --vus: instead of the script's own load", wholeNumber())
    .option("--duration <time>", "as k6 run --duration: instead of the script's own load", parseTime)
    .option("--iterations <n>", "as k6 run --iterations: instead of the script's own load", wholeNumber())
    .option(
      "--out <output>",
      "a further output of k6, repeatable; the verdict does not depend on it",
      collectOut,
    )
}

/** The flags as the plan has them. */
export function k6Overrides({ e = {}, vus, duration, iterations, out = [] }: K6Flags): K6Overrides {
  const load = [
    ...(vus === undefined ? [] : ["--vus", String(vus)]),
    ...(duration === undefined ? [] : ["--duration", duration]),
    ...(iterations === undefined ? [] : ["--iterations", String(iterations)]),
  ]
  return { env: e, load, outs: out }
}

function collectOut(text: string, before: string[] = []): string[] {
  const url = text.slice(text.indexOf("=") + 1)
  const parsed = URL.canParse(url) ? new URL(url) : null
  // k6 gets it on its command line, which every user of the machine can read.
  if (parsed && (parsed.username !== "" || parsed.password !== ""))
    throw new InvalidArgumentError("Leave the credentials out of it: k6 takes them from its environment.")
  return [...before, text]
}

function parseTime(text: string): string {
  if (parseDuration(text) === null)
    throw new InvalidArgumentError("Expected a duration such as 30s or 1m30s.")
  return text
}
