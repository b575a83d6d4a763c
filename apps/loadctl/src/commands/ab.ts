import { relative } from "node:path"

import { InvalidArgumentError, Option } from "commander"
import type { Command } from "commander"

import type { ReadySide } from "../ab/drive.ts"
import type { Look } from "../ab/looks.ts"
import type { AbReport, AbRun } from "../ab/model.ts"
import { EXIT, usageError } from "../errors.ts"
import { wantsColor } from "../io.ts"
import type { Io } from "../io.ts"
import type { SheetFormat } from "../report/sheet/formats.ts"
import { confirmEqualSides, parseVaried, readySides } from "./ab-sides.ts"
import type { SideFlags } from "./ab-sides.ts"
import { limitsOf, verdictExit, withLimits } from "./limits.ts"
import type { LimitFlags } from "./limits.ts"
import { collectPair, formatOption } from "./options.ts"
import { prepareSaving, withSave } from "./save.ts"
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
A round is one run of each side; every other round goes backwards (A B, B A, ...), so that whatever drifts falls on all.
Every run has a private stack of its own, new and seeded; with --a-target and --b-target it is that API, seeded.

The sides are judged in pairs by round: what the rounds share falls out of their differences. All figures are judged
together (sign-flip maxT, Westfall and Young), so that equals are called different in 3 of 100 experiments. Fewer than 6
rounds are shown and nothing is called. --until decided looks at rounds 8, 12, 16, ... up to --max-rounds, with the alpha
divided in advance, and stops at the first look that decides. The command begins by saying which change it can show.

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
      parseRounds,
    )
    .addOption(
      new Option("--until <event>", "stop at the first planned look that decides")
        .choices(["decided"])
        .conflicts("rounds"),
    )
    .option(
      "--max-rounds <n>",
      `with --until decided, the most; ${DEFAULT_MAX_ROUNDS} by default`,
      parseRounds,
    )
    .option("--equal-sides", "do not ask when both sides are the same")
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const saving = await prepareSaving(io, flags.save)
      const { report, savedIn } = await experiment(flags, io)
      const { RENDERERS } = await import("../ab/formats.ts")
      const { worst } = await import("../ab/verdict.ts")
      const options = { color: wantsColor(io, "stdout"), savedIn, columns: io.stdoutColumns }
      io.stdout(RENDERERS[flags.format](report, options))
      const interrupted = report.ended === "interrupted"
      if (!interrupted)
        await saving?.({
          json: RENDERERS.json(report, options),
          markdown: RENDERERS.markdown(report, options),
        })
      io.setExitCode(interrupted ? EXIT.interrupted : verdictExit(worst(report), flags))
    })
}

async function experiment(flags: Flags, io: Io): Promise<{ report: AbReport; savedIn: string }> {
  const [{ driveExperiment }, { createStore }, { newDocument }, { createObserver }, { commandText }] =
    await Promise.all([
      import("../ab/drive.ts"),
      import("../store.ts"),
      import("../document.ts"),
      import("../report/progress.ts"),
      import("../machine/command.ts"),
    ])
  const sides = await readySides(flags, io)
  await confirmEqualSides(flags, io)
  const { rounds, looks } = await planRounds(flags, sides, io)
  const { root } = sides[0]!.loaded
  const saved = await newDocument(root, "ab", flags.scenario ?? "ab")
  const report = await driveExperiment({
    store: createStore(root),
    io,
    observer: await createObserver(io),
    id: saved.id,
    command: commandText(io),
    sides,
    rounds,
    looks,
    limits: limitsOf(flags),
    warmUp: flags.warmUp,
    planRun: ({ loaded, env }: ReadySide) => planScenario(loaded, flags, env),
    onRun: async (report) => {
      await saved.write(report)
      const last = report.runs.at(-1)
      if (last && report.ended === "running") io.stderr(`${runLine(last)}\n`)
    },
  })
  return { report, savedIn: relative(io.cwd, saved.file) }
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

/** "A: PASS, p95 42.0 ms" */
function runLine({ side, verdict, p95, reasons }: AbRun): string {
  const latency = p95 === null ? "nothing measured" : `p95 ${p95.toFixed(1)} ms`
  return [`${side.toUpperCase()}: ${verdict}, ${latency}`, ...reasons.slice(0, 1)].join("; ")
}

function parseRounds(text: string): number {
  const rounds = Number(text)
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= MOST_ROUNDS)) {
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${MOST_ROUNDS}.`)
  }
  return rounds
}
