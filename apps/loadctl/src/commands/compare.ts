import { Option } from "commander"
import type { Command } from "commander"

import type { Condition } from "../compare/comparable.ts"
import type { Comparison } from "../compare/model.ts"
import { usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import type { SheetFormat } from "../report/sheet/formats.ts"
import { limitsOf, verdictExit, withLimits } from "./limits.ts"
import type { LimitFlags } from "./limits.ts"
import { formatOption, readConfig, withConfig } from "./options.ts"
import { printSheet } from "./series.ts"

const FORMATS = ["text", "json", "markdown", "html"] satisfies (SheetFormat | "html")[]

type Flags = LimitFlags & {
  allow: Condition[]
  format: SheetFormat | "html"
  config?: string
}

const HELP = `
Each side is one run, or several joined by commas. With at least 4 runs on both sides all figures are judged together by
a permutation test (maxT, Westfall and Young): equals are called different in 3 of 100 comparisons, however many
endpoints there are. With fewer runs on a side the figures are shown without a verdict.

A change counts when the test says so and it is as large as both --min-effect and --min-effect-ms. A run that is INVALID
because the target was too slow counts with its figures; any other INVALID run is left out, and when more than a fifth
is, nothing is called.

Verdicts: better, worse, no-difference (within the limits), inconclusive (the runs do not decide), not-comparable.
Exit codes: 0 no figure is worse, 4 something is worse, 5 the comparison could not be made, or was inconclusive with
--fail-on inconclusive.

Examples:
  $ loadctl compare A1,A2,A3,A4,A5,A6 B1,B2,B3,B4,B5,B6 --format markdown      two groups of runs
  $ loadctl compare 20261122-101500-flow_10vus-3f9a                   one run against the latest, described
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
      const [{ createStore }, { loadPlan, loadRuns }, { compareRuns }, { comparisonSheet }] =
        await Promise.all([
          import("../store.ts"),
          import("../compare/runs.ts"),
          import("../compare/compare.ts"),
          import("../compare/sheet.ts"),
        ])
      const store = createStore((await readConfig(io, { config: flags.config })).root)
      const ids = candidate === undefined ? [(await store.find()).runId] : splitIds(candidate)
      const plan = await loadPlan(store, ids[0]!)
      const comparison = compareRuns(
        { base: await loadRuns(store, splitIds(base), plan), candidate: await loadRuns(store, ids, plan) },
        { limits: limitsOf(flags), allow: flags.allow },
      )
      const { format } = flags
      if (format === "html") io.stdout(await comparisonPage(comparison))
      else await printSheet(io, comparison, { sheetOf: comparisonSheet, format, savedIn: null })
      io.setExitCode(verdictExit(comparison.verdict, flags))
    })
}

async function comparisonPage(comparison: Comparison): Promise<string> {
  const [{ comparisonSheet }, { renderSheetHtml }, { changeCharts }] = await Promise.all([
    import("../compare/sheet.ts"),
    import("../report/html/sheet.ts"),
    import("../report/html/change-chart.ts"),
  ])
  return renderSheetHtml(comparisonSheet(comparison), changeCharts(comparison))
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

function splitIds(text: string): string[] {
  const ids = [...new Set(text.split(",").filter(Boolean))]
  if (ids.length === 0) throw usageError("Expected the id of a run.", "loadctl runs lists them.")
  if (ids.length > MAX_RUNS) throw usageError(`At most ${MAX_RUNS} runs can be on one side.`)
  return ids
}

// Differences that only more runs would show are too small to matter.
const MAX_RUNS = 20
