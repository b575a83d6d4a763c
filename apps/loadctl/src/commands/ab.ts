import { relative } from "node:path"

import { InvalidArgumentError } from "commander"
import type { Command } from "commander"

import type { ReadySide } from "../ab/drive.ts"
import type { Format } from "../ab/formats.ts"
import type { AbReport, AbRun } from "../ab/model.ts"
import { EXIT } from "../errors.ts"
import { wantsColour } from "../io.ts"
import type { Io } from "../io.ts"
import { parseVaried, readySides } from "./ab-sides.ts"
import type { SideFlags } from "./ab-sides.ts"
import { VERDICT_EXIT } from "./compare.ts"
import { limitsOf, withLimits } from "./limits.ts"
import type { LimitFlags } from "./limits.ts"
import { collectPair, formatOption } from "./options.ts"
import { prepareSaving, withSave } from "./save.ts"
import { planScenario, withScenario, withStack } from "./scenario.ts"

const FORMATS = ["text", "json", "markdown"] satisfies Format[]

type Flags = SideFlags &
  LimitFlags & {
    warmUp?: boolean
    rounds: number
    format: Format
    save?: string
  }

const HELP = `
A round is one run of each side; every other round goes backwards (A B, B A, ...), so that whatever drifts falls on all.
Every run has a private stack of its own, new and seeded; with --a-target and --b-target it is that API, seeded.

The sides are compared with A as loadctl compare does. With 4 rounds or more the medians of the runs are compared; a
change must also be larger than what A differs by from itself. Runs that are invalid are left out.

Exit codes: 0 no side is worse than A, 4 one is, 5 one could not be compared, 130 interrupted (with what there is by
then).

Examples:
  $ loadctl ab --a ORDER_STRATEGY=multilock_wide --b ORDER_STRATEGY=batched --scenario flow_300vus --rounds 4
  $ loadctl ab --b LOG_LEVEL=warn --scenario flow_100vus            A has the defaults
  $ loadctl ab --a-target http://10.0.0.5:8080 --b-target http://10.0.0.6:8080 --scenario checkout
  $ loadctl ab --vary ORDER_STRATEGY=multilock_wide,multilock_narrow,conditional,batched \\
      --scenario flow_300vus --scale 0.4 --rounds 2 --save docs/results/strategies`

export function registerAb(program: Command, io: Io): void {
  withSave(withLimits(withStack(withScenario(program.command("ab")))))
    .description("two or more settings of the API in turns, on one machine")
    .option("--a <KEY=VALUE>", "setting of the API on side A, repeatable", collectPair)
    .option("--b <KEY=VALUE>", "the same on side B", collectPair)
    .option("--a-target <url>", "an API that runs already, as side A")
    .option("--b-target <url>", "the same, as side B")
    .option("--vary <KEY=V1,V2,...>", "a side for each value of one setting, up to 8", parseVaried)
    .option("--rounds <n>", "runs of each side, 1 to 20", parseRounds, 4)
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const saving = await prepareSaving(io, flags.save)
      const { report, savedIn } = await experiment(flags, io)
      const { RENDERERS } = await import("../ab/formats.ts")
      const { worst } = await import("../ab/verdict.ts")
      io.stdout(RENDERERS[flags.format](report, { colour: wantsColour(io, "stdout"), savedIn }))
      if (report.ended === "done")
        await saving?.({ json: RENDERERS.json(report), markdown: RENDERERS.markdown(report) })
      io.setExitCode(report.ended === "interrupted" ? EXIT.interrupted : VERDICT_EXIT[worst(report)])
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
  const root = sides[0]?.loaded.root ?? io.cwd
  const saved = await newDocument(root, "ab", flags.scenario ?? "ab")
  const report = await driveExperiment({
    store: createStore(root),
    io,
    observer: await createObserver(io),
    id: saved.id,
    command: commandText(io.argv),
    sides,
    rounds: flags.rounds,
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

/** "A: PASS, p95 42.0 ms" */
function runLine({ side, verdict, p95, reasons }: AbRun): string {
  const latency = p95 === null ? "nothing measured" : `p95 ${p95.toFixed(1)} ms`
  return [`${side.toUpperCase()}: ${verdict}, ${latency}`, ...reasons.slice(0, 1)].join("; ")
}

function parseRounds(text: string): number {
  const rounds = Number(text)
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 20)) {
    throw new InvalidArgumentError("Expected a whole number from 1 to 20.")
  }
  return rounds
}
