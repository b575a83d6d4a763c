import { UsageError } from "@saleproof/command/command.ts"

import { SUITES } from "./suites/catalogue.ts"
import type { SuiteName } from "./suites/catalogue.ts"

/** What measures no shop but simulates what loadctl's statistics say. */
export const STATISTICS = "statistics"

/** What measures no shop but the recorder of loadctl. */
export const RECORDING = "recording"

const OTHERS: readonly string[] = [STATISTICS, RECORDING]

export type Flags = {
  suite: SuiteName | typeof STATISTICS | typeof RECORDING
  quick: boolean
  rounds: number
  out: string | undefined
}

const ROUNDS = 3
const PAIRS = 12

export const OPTIONS = {
  quick: { type: "boolean" },
  rounds: { type: "string" },
  out: { type: "string" },
} as const

export const USAGE = `Usage: npm run bench -- ${[...Object.keys(SUITES), ...OTHERS].join(" | ")} [options]

${Object.entries(SUITES)
  .map(([name, { title }]) => `  ${name.padEnd(10)}${title}`)
  .join("\n")}
  ${STATISTICS.padEnd(10)}Comparisons and searches of loadctl, simulated; needs no stack
  ${RECORDING.padEnd(10)}What it costs to record every sample of k6, and a long run replayed; needs InfluxDB only

  --quick       one short round: the figures are a hint, within a minute
  --rounds N    how often every variant is measured, in turns; ${ROUNDS} by default, of ${RECORDING} ${PAIRS}
  --out DIR     where <suite>.json and <suite>.md go; by default docs/results, with --quick .loadctl/bench

Starts a private, durable stack on free ports, measures variant after variant in turns, and stops it.

Examples:
  npm run bench -- orders --quick
  npm run bench -- http --rounds 5 --out .loadctl/bench/http

Exit codes: 0 measured, 1 a bug of this program, 2 bad options, 3 a program is missing, 130 interrupted.
`

type Values = { quick?: boolean; rounds?: string; out?: string }

/** What the command line asks for. Throws a UsageError. */
export function readFlags(values: Values, [suite, ...more]: readonly string[]): Flags {
  if (suite === undefined || more.length > 0 || !isSuite(suite))
    throw new UsageError(`Name one benchmark: ${[...Object.keys(SUITES), ...OTHERS].join(", ")}.`)
  const { quick = false, out } = values
  const { rounds = String(quick ? 1 : suite === RECORDING ? PAIRS : ROUNDS) } = values
  if (!/^[1-9]\d*$/.test(rounds)) throw new UsageError("--rounds needs a whole number from 1.")
  return { suite, quick, rounds: Number(rounds), out }
}

const isSuite = (name: string): name is Flags["suite"] => OTHERS.includes(name) || Object.hasOwn(SUITES, name)
