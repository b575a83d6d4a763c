import { relative } from "node:path"

import { InvalidArgumentError } from "commander"
import type { Command } from "commander"

import type { Format } from "../ab/formats.ts"
import type { AbReport, AbRun } from "../ab/model.ts"
import type { SideName } from "../ab/order.ts"
import { EXIT, usageError } from "../errors.ts"
import type { ExitCode } from "../errors.ts"
import { wantsColour } from "../io.ts"
import type { Io } from "../io.ts"
import { VERDICT_EXIT } from "./compare.ts"
import { limitsOf, withLimits } from "./limits.ts"
import type { LimitFlags } from "./limits.ts"
import { collectPair, formatOption } from "./options.ts"
import { planScenario, readScenarioConfig, withScenario } from "./scenario.ts"
import type { ScenarioFlags } from "./scenario.ts"

const FORMATS = ["text", "json", "markdown"] satisfies Format[]

type Flags = ScenarioFlags &
  LimitFlags & {
    a?: Record<string, string>
    b?: Record<string, string>
    aTarget?: string
    bTarget?: string
    rounds: number
    format: Format
  }

const HELP = `
A round is one run of each side; who goes first alternates (A B, B A, ...), so that whatever drifts falls on both. Every
run has a private stack of its own, new and seeded; with --a-target and --b-target it is that API, seeded.

B is compared with A as loadctl compare does. With 4 rounds or more the medians of the runs are compared; a change must
also be larger than what A differs by from itself. Runs that are invalid are left out.

Exit codes: 0 B is not worse, 4 B is worse, 5 nothing could be compared, 130 interrupted (with what there is by then).

Examples:
  $ loadctl ab --a ORDER_STRATEGY=multilock_wide --b ORDER_STRATEGY=batched --scenario flow_300vus --rounds 4
  $ loadctl ab --b LOG_LEVEL=warn --scenario flow_100vus            A has the defaults
  $ loadctl ab --a-target http://10.0.0.5:8080 --b-target http://10.0.0.6:8080 --scenario checkout`

export function registerAb(program: Command, io: Io): void {
  withLimits(withScenario(program.command("ab")))
    .description("two settings of the API in turns, on one machine")
    .option("--a <KEY=VALUE>", "setting of the API on side A, repeatable", collectPair)
    .option("--b <KEY=VALUE>", "the same on side B", collectPair)
    .option("--a-target <url>", "an API that runs already, as side A")
    .option("--b-target <url>", "the same, as side B")
    .option("--rounds <n>", "runs of each side, 1 to 20", parseRounds, 4)
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const { report, savedIn } = await experiment(flags, io)
      const { RENDERERS } = await import("../ab/formats.ts")
      io.stdout(RENDERERS[flags.format](report, { colour: wantsColour(io, "stdout"), savedIn }))
      io.setExitCode(exitCodeOf(report))
    })
}

async function experiment(flags: Flags, io: Io): Promise<{ report: AbReport; savedIn: string }> {
  const [{ driveExperiment }, { createStore }, { newDocument }, { createObserver }] = await Promise.all([
    import("../ab/drive.ts"),
    import("../store.ts"),
    import("../document.ts"),
    import("../report/progress.ts"),
  ])
  const sides = { a: await sideOf("a", flags, io), b: await sideOf("b", flags, io) }
  const { root } = sides.a.loaded
  const saved = await newDocument(root, "ab", flags.scenario)
  const report = await driveExperiment({
    store: createStore(root),
    io,
    observer: await createObserver(io),
    id: saved.id,
    sides,
    rounds: flags.rounds,
    limits: limitsOf(flags),
    planRun: (side) => planScenario(sides[side].loaded, flags, sides[side].env),
    onRun: async (report) => {
      await saved.write(report)
      const last = report.runs.at(-1)
      if (last && report.ended === "running") io.stderr(`${runLine(last)}\n`)
    },
  })
  return { report, savedIn: relative(io.cwd, saved.file) }
}

/** What a side is. Throws a usage error when the two are not of a kind. */
async function sideOf(name: SideName, flags: Flags, io: Io) {
  const { aTarget, bTarget } = flags
  if ((aTarget === undefined) !== (bTarget === undefined))
    throw usageError("Give both sides a target, or neither.")
  const [target, env = {}] = name === "a" ? [aTarget, flags.a] : [bTarget, flags.b]
  if (target !== undefined && Object.keys(env).length > 0) {
    throw usageError(`--${name} sets up a private stack, and cannot reach ${target}.`)
  }
  const loaded = await readScenarioConfig(io, { ...flags, ...(target === undefined ? {} : { target }) })
  if (target === undefined && !loaded.config.target.stack) {
    throw usageError(
      "This target has no private stack to set up.",
      "Compare two that run: --a-target, --b-target.",
    )
  }
  return { env, target: target ?? null, loaded }
}

/** "A: PASS, p95 42.0 ms" */
function runLine({ side, verdict, p95, reasons }: AbRun): string {
  const latency = p95 === null ? "nothing measured" : `p95 ${p95.toFixed(1)} ms`
  return [`${side.toUpperCase()}: ${verdict}, ${latency}`, ...reasons.slice(0, 1)].join("; ")
}

function exitCodeOf({ ended, comparison }: AbReport): ExitCode {
  if (ended === "interrupted") return EXIT.interrupted
  return comparison ? VERDICT_EXIT[comparison.verdict] : EXIT.invalid
}

function parseRounds(text: string): number {
  const rounds = Number(text)
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 20)) {
    throw new InvalidArgumentError("Expected a whole number from 1 to 20.")
  }
  return rounds
}
