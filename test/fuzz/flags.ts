import { UsageError } from "@saleproof/command/command.ts"
import type { ValuesOf } from "@saleproof/command/command.ts"

import { PASSES } from "./passes.ts"
import type { Pass } from "./passes.ts"

export type Flags = {
  passes: readonly Pass[]
  seconds: number
  examples: number
  seed: number
  save: boolean
}

export const USAGE = `Usage: npm run fuzz -- [options]

Starts private shops and sends Schemathesis, which is installed from PyPI once, against every operation of the OpenAPI
document, with all its checks. Bounded in time and in requests an operation.

  --pass NAME     only that pass: ${PASSES.map(({ name }) => name).join(", ")}; may be repeated
  --quick         20 seconds and 10 examples an operation, instead of 240 and 200
  --seconds N     at most so long, each pass
  --seed N        repeats the choices of an earlier run; 1 by default
  --save          writes docs/results/fuzz.json and .md; by default .loadctl/fuzz

Examples:
  npm run fuzz -- --quick
  npm run fuzz -- --pass ${PASSES[0]?.name} --seconds 60 --seed 7

Exit codes: 0 nothing found, 1 a bug of this program, 2 bad options, 3 Python is missing, 4 findings, 130 interrupted.
`

export const OPTIONS = {
  pass: { type: "string", multiple: true },
  quick: { type: "boolean" },
  seconds: { type: "string" },
  seed: { type: "string" },
  save: { type: "boolean" },
} as const

const MOST_SECONDS = 24 * 60 * 60
const MOST_SEED = 2 ** 32 - 1

type Values = ValuesOf<typeof OPTIONS>

/** What the command line asks for. Throws a UsageError. */
export function readFlags(values: Values): Flags {
  const names = values.pass ?? PASSES.map(({ name }) => name)
  const seconds = Number(values.seconds ?? (values.quick ? 20 : 240))
  const seed = Number(values.seed ?? 1)
  const problem = problemOf({ names, seconds, seed })
  if (problem !== undefined) throw new UsageError(problem)
  const passes = PASSES.filter(({ name }) => names.includes(name))
  return { passes, seconds, examples: values.quick ? 10 : 200, seed, save: values.save === true }
}

type Wanted = { names: readonly string[]; seconds: number; seed: number }

function problemOf({ names, seconds, seed }: Wanted): string | undefined {
  const unknown = names.filter((wanted) => !PASSES.some(({ name }) => name === wanted))
  if (unknown.length > 0) return `There is no pass ${unknown.join(", ")}.`
  if (!isWithin(seconds, 1, MOST_SECONDS)) return `--seconds needs a whole number from 1 to ${MOST_SECONDS}.`
  if (!isWithin(seed, 0, MOST_SEED)) return `--seed needs a whole number from 0 to ${MOST_SEED}.`
  return undefined
}

const isWithin = (n: number, least: number, most: number) => Number.isInteger(n) && n >= least && n <= most
