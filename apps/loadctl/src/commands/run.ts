import { randomBytes } from "node:crypto"
import { relative } from "node:path"

import { InvalidArgumentError } from "commander"
import type { Command } from "commander"

import type { Override } from "../config.ts"
import { EXIT } from "../errors.ts"
import type { ExitCode } from "../errors.ts"
import { wantsColour } from "../io.ts"
import type { Io } from "../io.ts"
import type { RunReport } from "../report/model.ts"
import { collectPair, formatOption, readConfig, withConfig } from "./options.ts"
import { FORMATS } from "../report/format-names.ts"
import type { Format } from "../report/format-names.ts"

type Flags = {
  scenario: string
  persona?: string
  limited?: boolean
  variant?: string[]
  target?: string
  influx?: string
  scale: number
  env?: Record<string, string>
  private?: boolean
  format: Format
  config?: string
}

const HELP = `
Exit codes: 0 pass, 3 a tool is missing or the target does not answer, 4 the SLA failed, 5 invalid, 130 interrupted.

Examples:
  $ loadctl run --scenario flow_iterations
  $ loadctl run --scenario flow_300vus --scale 0.1 --env ORDER_STRATEGY=conditional
  $ loadctl run --scenario checkout --target http://10.0.0.5:8080 --format markdown >> "$GITHUB_STEP_SUMMARY"`

export function registerRun(program: Command, io: Io): void {
  withConfig(program.command("run"))
    .description("seed the target, load it with k6, audit it and judge it")
    .requiredOption("-s, --scenario <name>", "one of loadctl list")
    .option("-p, --persona <name>", "what each virtual user does")
    .option("--limited", "scarce coupons: short for --variant limited")
    .option("--variant <name...>", "other variants of loadctl.yaml")
    .option("-t, --target <url>", "the API to test; a private stack is never started then")
    .option("--influx <url>", "the InfluxDB to write to and read from")
    .option("--scale <factor>", "shorten every duration, for a quick look", parseScale, 1)
    .option("--private", "start a private stack even when the target answers")
    .option("--env <KEY=VALUE>", "setting of the API in the private stack, repeatable", collectPair)
    .addOption(formatOption(FORMATS))
    .addHelpText("after", HELP)
    .action(async (flags: Flags) => {
      const { report, savedIn } = await run(flags, io)
      const { RENDERERS } = await import("../report/formats.ts")
      io.stdout(RENDERERS[flags.format](report, { colour: wantsColour(io, "stdout"), savedIn }))
      io.setExitCode(io.interrupted.aborted ? EXIT.interrupted : exitCodeOf(report))
    })
}

async function run(flags: Flags, io: Io): Promise<{ report: RunReport; savedIn: string }> {
  const [{ makePlan }, { newRunId }, { executeRun }, { createStore }, { createLineObserver }] =
    await Promise.all([
      import("../plan/plan.ts"),
      import("../plan/run-id.ts"),
      import("../run/run.ts"),
      import("../store.ts"),
      import("../report/progress.ts"),
    ])
  const loaded = await readConfig(io, flags.config, flagOverrides(flags))
  const variants = [...new Set([...(flags.limited ? ["limited"] : []), ...(flags.variant ?? [])])]
  const at = new Date()
  const plan = makePlan(
    loaded.config,
    {
      scenario: flags.scenario,
      persona: flags.persona,
      variants,
      scale: flags.scale,
      apiEnv: flags.env ?? {},
    },
    { runId: newRunId(flags.scenario, at, randomBytes(2).toString("hex")), at },
  )
  const store = createStore(loaded.root)
  const observer = createLineObserver(io.stderr)
  const report = await executeRun({
    loaded,
    plan,
    store,
    io,
    observer,
    alwaysPrivate: flags.private ?? false,
  })
  return { report, savedIn: relative(io.cwd, `${store.home}/${plan.runId}`) }
}

function flagOverrides({ target, influx }: Flags): Override[] {
  return [
    ...(target === undefined ? [] : [{ path: ["target", "url"], value: target, source: "--target" }]),
    ...(influx === undefined ? [] : [{ path: ["influx", "url"], value: influx, source: "--influx" }]),
  ]
}

function parseScale(text: string): number {
  const scale = Number(text)
  if (!(scale >= 0.01 && scale <= 10)) throw new InvalidArgumentError("Expected a factor from 0.01 to 10.")
  return scale
}

const VERDICT_EXIT = { PASS: EXIT.pass, FAIL: EXIT.fail, INVALID: EXIT.invalid } as const satisfies Record<
  RunReport["verdict"],
  ExitCode
>

function exitCodeOf({ verdict }: RunReport): ExitCode {
  return VERDICT_EXIT[verdict]
}
