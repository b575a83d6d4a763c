import { parseArgs } from "node:util"

import { SUITES } from "./suites/catalogue.ts"
import type { SuiteName } from "./suites/catalogue.ts"

export type Flags =
  | { ask: "run"; suite: SuiteName; quick: boolean; rounds: number; out: string | undefined }
  | { ask: "help" }
  | { ask: "nonsense"; problem: string }

const ROUNDS = 3

const OPTIONS = {
  quick: { type: "boolean" },
  rounds: { type: "string" },
  out: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const

export const USAGE = `Usage: npm run bench -- ${Object.keys(SUITES).join(" | ")} [options]

${Object.entries(SUITES)
  .map(([name, { title }]) => `  ${name.padEnd(10)}${title}`)
  .join("\n")}

  --quick       one short round: the figures are a hint, within a minute
  --rounds N    how often every variant is measured, in turns; ${ROUNDS} by default
  --out DIR     where <suite>.json and <suite>.md go; by default docs/results, with --quick .loadctl/bench

Starts a private, durable stack on free ports, measures variant after variant in turns, and stops it.
Exit codes: 0 measured, 1 a bug of this program, 2 bad options, 130 interrupted.
`

/** What the command line asks for. */
export function readFlags(argv: readonly string[]): Flags {
  const parsed = parse(argv)
  if (typeof parsed === "string") return { ask: "nonsense", problem: parsed }
  const { values, positionals } = parsed
  if (values.help) return { ask: "help" }
  const [suite, ...more] = positionals
  if (suite === undefined || more.length > 0 || !isSuite(suite)) {
    return { ask: "nonsense", problem: `Name one benchmark: ${Object.keys(SUITES).join(", ")}.` }
  }
  const { quick = false, rounds = String(quick ? 1 : ROUNDS), out } = values
  return /^[1-9]\d*$/.test(rounds)
    ? { ask: "run", suite, quick, rounds: Number(rounds), out }
    : { ask: "nonsense", problem: "--rounds needs a whole number from 1." }
}

const isSuite = (name: string): name is SuiteName => Object.hasOwn(SUITES, name)

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
