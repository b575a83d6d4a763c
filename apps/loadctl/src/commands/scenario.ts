import { randomBytes } from "node:crypto"

import { InvalidArgumentError } from "commander"
import type { Command } from "commander"

import type { LoadedConfig } from "../config.ts"
import type { Io } from "../io.ts"
import { BUILD_K6 } from "../k6/find.ts"
import type { K6Overrides, RunPlan } from "../plan/plan.ts"
import { collectPair, readConfig, withConfig } from "./options.ts"
import type { ConfigFlags } from "./options.ts"

/** The flags of every command that runs a scenario. */
export type ScenarioFlags = {
  scenario?: string | undefined
  persona?: string
  variant?: string[]
  influx?: string
  scale: number
  config?: string
  buildK6?: boolean
}

export function withScenario(command: Command): Command {
  const text = "one of loadctl list; the only one where the file has one"
  return withLoad(withConfig(command).option("-s, --scenario <name>", text))
}

/** The same for a command that takes several. */
export function withScenarios(command: Command): Command {
  const text = "one of loadctl list, repeatable; the only one where the file has one"
  return withLoad(withConfig(command).option("-s, --scenario <name>", text, collectName))
}

function collectName(name: string, before: string[] = []): string[] {
  return [...before, name]
}

function withLoad(command: Command): Command {
  return command
    .option("-p, --persona <name>", "what each virtual user does")
    .option("--variant <name...>", "variants of loadctl.yaml; one with `flag: true` is also --NAME")
    .option("--influx <url>", "the InfluxDB to write to and read from")
    .option("--scale <factor>", "shorten every duration, for a quick look", parseScale, 1)
    .option("--build-k6", "where there is no k6, build it with Go (once, about a minute)")
}

/** Where to run it: what answers already, or a private stack with settings of its own. */
export type TargetFlags = {
  target?: string
  private?: boolean
  env?: Record<string, string>
  warmUp?: boolean
}

export function withTarget(command: Command): Command {
  return withStack(
    command
      .option("-t, --target <url>", "the API to test; a private stack is never started then")
      .option("--private", "start a private stack even when the target answers"),
  )
}

/** What also goes where every run has a private stack of its own. */
export function withStack(command: Command): Command {
  return command
    .option("--env <KEY=VALUE>", "setting of the API in the private stack, repeatable", collectPair)
    .option("--warm-up", "warm the target up first, also one that was running already")
    .option("--no-warm-up", "measure a private stack as cold as it starts")
}

function parseScale(text: string): number {
  const scale = Number(text)
  if (!(scale >= 0.01 && scale <= 10)) throw new InvalidArgumentError("Expected a factor from 0.01 to 10.")
  return scale
}

/** loadctl.yaml with these flags laid over it. */
export function readScenarioConfig(
  io: Io,
  flags: ScenarioFlags & Pick<ConfigFlags, "target">,
): Promise<LoadedConfig> {
  if (flags.buildK6) io.env[BUILD_K6] = "on"
  return readConfig(io, flags)
}

/** A plan of one more run of that scenario, under an id of its own. */
export async function planScenario(
  { config }: LoadedConfig,
  flags: ScenarioFlags & { k6?: K6Overrides },
  apiEnv: Record<string, string>,
): Promise<RunPlan> {
  const [{ makePlan }, { newRunId }, { pickScenario }] = await Promise.all([
    import("../plan/plan.ts"),
    import("../plan/run-id.ts"),
    import("../plan/pick.ts"),
  ])
  const { persona, scale } = flags
  const scenario = pickScenario(config, flags.scenario)
  const variants = [...new Set(flags.variant)]
  const at = new Date()
  const runId = newRunId(scenario, at, randomBytes(2).toString("hex"))
  return makePlan(config, { scenario, persona, variants, scale, apiEnv, k6: flags.k6 }, { runId, at })
}
