import { UsageError } from "@saleproof/command/command.ts"
import type { ValuesOf } from "@saleproof/command/command.ts"

import { SUITES } from "./suites/catalogue.ts"
import type { SuiteName } from "./suites/catalogue.ts"

/** What measures no shop but simulates what loadctl's statistics say. */
export const STATISTICS = "statistics"

/** What measures no shop but the recorder of loadctl. */
export const RECORDING = "recording"

/** The shop with a history of many orders. */
export const GROWN = "grown"

const OTHERS: readonly string[] = [STATISTICS, RECORDING, GROWN]

export type Flags = {
  suite: SuiteName | typeof STATISTICS | typeof RECORDING | typeof GROWN
  quick: boolean
  rounds: number
  /** Sizes of the histories, of `grown` alone. */
  orders: number[]
  out: string | undefined
}

const ROUNDS = 3
const PAIRS = 12
const ORDERS = "0,1000000,10000000"
const QUICK_ORDERS = "0,100000"

export const OPTIONS = {
  quick: { type: "boolean" },
  rounds: { type: "string" },
  orders: { type: "string" },
  out: { type: "string" },
} as const

export const USAGE = `Usage: npm run bench -- ${[...Object.keys(SUITES), ...OTHERS].join(" | ")} [options]

${Object.entries(SUITES)
  .map(([name, { title }]) => `  ${name.padEnd(12)}${title}`)
  .join("\n")}
  ${STATISTICS.padEnd(12)}Comparisons and searches of loadctl, simulated; needs no stack
  ${RECORDING.padEnd(12)}What it costs to record every sample of k6, and a long run replayed; needs InfluxDB only
  ${GROWN.padEnd(12)}Loads, audit, recovery and memory beside histories of many orders, each measured once

  --quick       one short round: the figures are a hint, within a minute
  --rounds N    how often every variant is measured, in turns; ${ROUNDS} by default, of ${RECORDING} ${PAIRS}
  --orders N,N  of ${GROWN}, the sizes of its histories; ${ORDERS} by default, with --quick ${QUICK_ORDERS}.
                10 million take 12 GB of disk and the better part of an hour
  --out DIR     where <suite>.json and <suite>.md go; by default docs/results, with --quick .loadctl/bench

Starts a private, durable stack on free ports, measures variant after variant in turns, and stops it.

Examples:
  npm run bench -- orders --quick
  npm run bench -- http --rounds 5 --out .loadctl/bench/http

Exit codes: 0 measured, 1 a bug of this program, 2 bad options, 3 a program is missing, 130 interrupted.
`

type Values = ValuesOf<typeof OPTIONS>

/** What the command line asks for. Throws a UsageError. */
export function readFlags(values: Values, [suite, ...more]: readonly string[]): Flags {
  if (suite === undefined || more.length > 0 || !isSuite(suite))
    throw new UsageError(`Name one benchmark: ${[...Object.keys(SUITES), ...OTHERS].join(", ")}.`)
  const { quick = false, out } = values
  return { suite, quick, rounds: roundsOf(values, suite), orders: ordersOf(values, suite), out }
}

function roundsOf({ quick, rounds }: Values, suite: Flags["suite"]): number {
  const text = rounds ?? String(quick ? 1 : suite === RECORDING ? PAIRS : ROUNDS)
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError("--rounds needs a whole number from 1.")
  return Number(text)
}

function ordersOf({ quick, orders }: Values, suite: Flags["suite"]): number[] {
  if (orders !== undefined && suite !== GROWN) throw new UsageError(`--orders is for ${GROWN} alone.`)
  const text = orders ?? (quick ? QUICK_ORDERS : ORDERS)
  if (!/^\d+(,\d+)*$/.test(text)) throw new UsageError("--orders needs whole numbers, separated by commas.")
  return text.split(",").map(Number)
}

const isSuite = (name: string): name is Flags["suite"] => OTHERS.includes(name) || Object.hasOwn(SUITES, name)
