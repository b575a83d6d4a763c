import { Option } from "commander"
import type { Command } from "commander"

import type { Condition } from "../compare/comparable.ts"
import type { Format } from "../compare/formats.ts"
import type { Verdict } from "../compare/model.ts"
import { EXIT, usageError } from "../errors.ts"
import type { ExitCode } from "../errors.ts"
import { wantsColour } from "../io.ts"
import type { Io } from "../io.ts"
import { limitsOf, withLimits } from "./limits.ts"
import type { LimitFlags } from "./limits.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"

const FORMATS = ["text", "json", "markdown"] satisfies Format[]

type Flags = LimitFlags & {
  allow: Condition[]
  format: Format
  config?: string
}

const HELP = `
Each side is one run, or several joined by commas. With at least 4 runs on both sides the runs themselves are
compared by their medians; with fewer, stretches of time within them are.

A difference counts when it is as large as both --min-effect and --min-effect-ms, its bootstrap interval excludes no
change, the rank test agrees, and the base's runs do not differ as much among themselves.

Exit codes: 0 no figure is worse, 4 something is worse, 5 the comparison could not be made.

Examples:
  $ loadctl compare 20261122-101500-flow_10vus-3f9a 20261122-111500-flow_10vus-77c1
  $ loadctl compare 20261122-101500-flow_10vus-3f9a                   against the latest run
  $ loadctl compare A1,A2,A3,A4 B1,B2,B3,B4 --format markdown         two groups of runs
  $ loadctl compare BASE CANDIDATE --allow script                     the script differs, but you know why`

export function registerCompare(program: Command, io: Io): void {
  withLimits(withConfig(program.command("compare")))
    .description("two runs, or two groups of runs, with statistics")
    .argument("<base>", "an id of loadctl runs, or several: RUN,RUN,...")
    .argument("[candidate]", "the same; the latest run when left out")
    .addOption(allowOption())
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action(async (base: string, candidate: string | undefined, flags: Flags) => {
      const [{ createStore }, { loadRuns }, { compareRuns }, { RENDERERS }] = await Promise.all([
        import("../store.ts"),
        import("../compare/runs.ts"),
        import("../compare/compare.ts"),
        import("../compare/formats.ts"),
      ])
      const store = createStore((await readConfig(io, flags.config)).root)
      const ids = candidate === undefined ? [(await store.find()).runId] : splitIds(candidate)
      const comparison = compareRuns(
        { base: await loadRuns(store, splitIds(base)), candidate: await loadRuns(store, ids) },
        { limits: limitsOf(flags), allow: flags.allow },
      )
      io.stdout(RENDERERS[flags.format](comparison, { colour: wantsColour(io, "stdout") }))
      io.setExitCode(VERDICT_EXIT[comparison.verdict])
    })
}

/** Kept here so that nothing of the comparison is loaded for --help. */
function allowOption(): Option {
  const conditions = [
    "scenario",
    "load",
    "scale",
    "script",
    "seed",
    "warm-up",
    "machine",
  ] satisfies Condition[]
  return new Option("--allow <condition...>", "compare although this differs").choices(conditions).default([])
}

export const VERDICT_EXIT = {
  worse: EXIT.fail,
  better: EXIT.pass,
  "no difference shown": EXIT.pass,
  "not comparable": EXIT.invalid,
} as const satisfies Record<Verdict, ExitCode>

function splitIds(text: string): string[] {
  const ids = [...new Set(text.split(",").filter(Boolean))]
  if (ids.length === 0) throw usageError("Expected the id of a run.", "loadctl runs lists them.")
  if (ids.length > MAX_RUNS) throw usageError(`At most ${MAX_RUNS} runs can be on one side.`)
  return ids
}

// The exact statistics cost more with every run, and say no more beyond this.
const MAX_RUNS = 20
