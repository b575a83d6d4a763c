import process from "node:process"

import { beginReport } from "./report/envelope.ts"
import type { BenchReport, Figures } from "./report/model.ts"
import { summarize } from "./report/summarize.ts"
import { SUITES } from "./suites/catalogue.ts"
import type { SuiteName } from "./suites/catalogue.ts"
import type { Variant } from "./suites/suite.ts"
import type { Io } from "@saleproof/command/io.ts"

type RunOptions = { io: Io; suite: SuiteName; rounds: number; quick: boolean }

/** Measures every variant of a suite in turns, so that other load of the machine affects them alike. */
export async function runSuite({ io, suite, rounds, quick }: RunOptions): Promise<BenchReport> {
  const { title, columns, open } = SUITES[suite]
  const finish = beginReport({ io, quick, args: suite })
  io.stderr(`${title}\nStarting the stack\n`)
  const measured = new Map<string, Figures[]>()
  const versions = { Node: process.version }
  try {
    await using opened = new AsyncDisposableStack()
    const { variants, versions: more } = await open({ io, quick, opened })
    Object.assign(versions, more)
    for (let round = 1; round <= rounds; round++) await measureRound(variants, { io, round, measured })
  } catch (error) {
    // What was measured until Ctrl-C is worth keeping.
    if (!io.interrupted.aborted) throw error
  }
  return {
    schema: "saleproof.bench/1",
    suite,
    title,
    ...(await finish()),
    versions,
    columns,
    variants: [...measured].map(([name, figures]) => summarize(name, figures)),
  }
}

type Round = { io: Io; round: number; measured: Map<string, Figures[]> }

async function measureRound(variants: Variant[], { io, round, measured }: Round): Promise<void> {
  for (const { name, measure } of variants) {
    io.interrupted.throwIfAborted()
    const figures = await measure()
    measured.set(name, [...(measured.get(name) ?? []), figures])
    const { rate } = figures
    const text = typeof rate === "number" ? `${Math.round(rate).toLocaleString("en")}/s` : "measured"
    io.stderr(`[round ${round}] ${name}: ${text}\n`)
  }
}
