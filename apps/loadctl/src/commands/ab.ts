import { Option } from "commander"
import type { Command } from "commander"

import type { ReadySide } from "../ab/drive.ts"
import type { Look } from "../ab/looks.ts"
import type { AbReport } from "../ab/model.ts"
import { EXIT, usageError } from "../errors.ts"
import type { Io } from "../io.ts"
import type { SheetFormat } from "../report/sheet/formats.ts"
import { confirmEqualSides, parseVaried, readySides } from "./ab-sides.ts"
import type { SideFlags } from "./ab-sides.ts"
import { limitsOf, verdictExit, withLimits } from "./limits.ts"
import type { LimitFlags } from "./limits.ts"
import { collectPair, formatOption, wholeNumber } from "./options.ts"
import { openSeries, prepareSaving, printSheet, runLine, withSave } from "./series.ts"
import { planScenario, withScenario, withStack } from "./scenario.ts"

const FORMATS = ["text", "json", "markdown"] satisfies SheetFormat[]

type Flags = SideFlags &
  LimitFlags & {
    warmUp?: boolean
    rounds?: number
    maxRounds?: number
    until?: "decided"
    format: SheetFormat
    save?: string
  }

// Shows a change of some 15 % where runs spread by 5 %.
const DEFAULT_ROUNDS = 8
const DEFAULT_MAX_ROUNDS = 12
const MOST_ROUNDS = 40

const HELP = `
A round is one run of each side. Every other round goes backwards (A B, B A, ...), so that a drift of the machine
affects all sides alike. Every run has a new, seeded, private stack; with --a-target and --b-target it runs on that
API, seeded.

The sides are compared within each round, so what both runs of a round share does not count. All figures are judged
together (sign-flip maxT, Westfall and Young): equals are called different in 3 of 100 experiments. Fewer than 6 rounds
are shown without a verdict. --until decided looks at rounds 8, 12, 16, ... up to --max-rounds, with the alpha
divided in advance, and stops at the first look that decides. Before the first run the command prints which change it
can show.

Exit codes: 0 no side is worse than A, 4 one is, 5 one could not be compared, or was inconclusive with
--fail-on inconclusive, 130 interrupted (with what there is by then).

Examples:
  $ loadctl ab --a ORDER_STRATEGY=multilock_wide --b ORDER_STRATEGY=batched --scenario flow_300vus --until decided
  $ loadctl ab --b LOG_LEVEL=warn --scenario flow_100vus            A has the defaults
  $ loadctl ab --a-target http://10.0.0.5:8080 --b-target http://10.0.0.6:8080 --scenario checkout
  $ loadctl ab --vary ORDER_STRATEGY=multilock_wide,multilock_narrow,conditional,batched \\
      --scenario flow_300vus --scale 0.4 --rounds 10 --save docs/results/strategies`

export function registerAb(program: Command, io: Io): void {
  withSave(withLimits(withStack(withScenario(program.command("ab")))))
    .description("two or more settings of the API in turns, on one machine")
    .option("--a <KEY=VALUE>", "setting of the API on side A, repeatable", collectPair)
    .option("--b <KEY=VALUE>", "the same on side B", collectPair)
    .option("--a-target <url>", "an API that runs already, as side A")
    .option("--b-target <url>", "the same, as side B")
    .option("--vary <KEY=V1,V2,...>", "a side for each value of one setting, up to 8", parseVaried)
    .option(
      "--rounds <n>",
      `runs of each side, 1 to ${MOST_ROUNDS}; ${DEFAULT_ROUNDS} by default`,
      wholeNumber(MOST_ROUNDS),
    )
    .addOption(
      new Option("--until <event>", "stop at the first planned look that decides")
        .choices(["decided"])
        .conflicts("rounds"),
    )
    .option(
      "--max-rounds <n>",
      `with --until decided, the most; ${DEFAULT_MAX_ROUNDS} by default`,
      wholeNumber(MOST_ROUNDS),
    )
    .option("--equal-sides", "do not ask when both sides are the same")
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const saving = await prepareSaving(io, flags.save)
      const { report, savedIn } = await experiment(flags, io)
      const [{ abSheet: sheetOf }, { worst }] = await Promise.all([
        import("../ab/sheet.ts"),
        import("../ab/verdict.ts"),
      ])
      const interrupted = report.ended === "interrupted"
      const { format } = flags
      await printSheet(io, report, { sheetOf, format, savedIn, saving: interrupted ? null : saving })
      io.setExitCode(interrupted ? EXIT.interrupted : verdictExit(worst(report), flags))
    })
}

async function experiment(flags: Flags, io: Io): Promise<{ report: AbReport; savedIn: string }> {
  const { driveExperiment } = await import("../ab/drive.ts")
  const sides = await readySides(flags, io)
  await confirmEqualSides(flags, io)
  const { rounds, looks } = await planRounds(flags, sides, io)
  const { root } = sides[0]!.loaded
  const { context, savedIn, save } = await openSeries(io, root, { kind: "ab", scenario: flags.scenario })
  const report = await driveExperiment({
    ...context,
    sides,
    rounds,
    looks,
    limits: limitsOf(flags),
    warmUp: flags.warmUp,
    planRun: ({ loaded, env }: ReadySide) => planScenario(loaded, flags, env),
    onRun: async (report) => {
      await save(report)
      const last = report.runs.at(-1)
      if (last && report.ended === "running")
        io.stderr(runLine(last, `${last.side.toUpperCase()}: ${last.verdict}`))
    },
  })
  return { report, savedIn }
}

/** When the experiment ends and is judged; says on stderr what it will be able to show. */
async function planRounds(
  flags: Flags,
  sides: readonly ReadySide[],
  io: Io,
): Promise<{ rounds: number; looks: Look[] }> {
  const [{ planLooks }, { forecastText }] = await Promise.all([
    import("../ab/looks.ts"),
    import("../ab/forecast.ts"),
  ])
  if (flags.maxRounds !== undefined && flags.until === undefined)
    throw usageError("--max-rounds goes with --until decided.")
  const untilDecided = flags.until === "decided"
  const rounds = untilDecided ? (flags.maxRounds ?? DEFAULT_MAX_ROUNDS) : (flags.rounds ?? DEFAULT_ROUNDS)
  const looks = planLooks({ rounds, untilDecided, sides: sides.length })
  const { sla } = sides[0]!.loaded.config
  const endpoints = Object.keys(sla.endpoints ?? {}).length
  io.stderr(`${forecastText({ looks, endpoints, effect: flags.minEffect })}\n`)
  return { rounds, looks }
}
