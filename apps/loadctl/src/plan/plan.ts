import { mergeSla, resolveSla } from "@saleproof/sla/resolve.ts"
import type { Sla } from "@saleproof/sla/resolve.ts"
import { durationMs } from "./duration.ts"
import { pick } from "./pick.ts"
import type { Config, Expectation, Overlay } from "./schema.ts"

export const PLAN_SCHEMA = "saleproof.plan/1"

/** What the user asked for on the command line. */
export type RunRequest = {
  scenario: string
  persona?: string | undefined
  variants: readonly string[]
  scale: number
  /** Environment of the API, when loadctl starts it. */
  apiEnv: Readonly<Record<string, string>>
  /** Settings of k6 beyond the file. */
  k6?: K6Overrides | undefined
}

/** Variables of the script, flags of k6 that replace the script's load, and further outputs of k6. */
export type K6Overrides = {
  env: Readonly<Record<string, string>>
  load: readonly string[]
  outs: readonly string[]
}

/** Everything that decides what a run does and how it is judged; saved before anything happens. */
export type RunPlan = {
  schema: typeof PLAN_SCHEMA
  runId: string
  scenario: string
  description: string
  persona: string | null
  variants: string[]
  /** Factor on every duration; anything but 1 is not comparable with a full run. */
  scale: number
  /** Relative to the folder of loadctl.yaml. */
  script: string
  k6Scenarios: string[]
  phases: Phases | null
  judge: "all" | "hold"
  k6Env: Record<string, string>
  apiEnv: Record<string, string>
  seed: { method: string; path: string; body: Record<string, unknown> | null } | null
  sla: Sla
  expect: Expectation[]
  startedAt: string
  /** Flags of k6 that replace the script's own load, and its further outputs; absent where there are none. */
  k6Flags?: string[]
  /** Variables that were given on the command line; their values are saved nowhere. */
  given?: string[]
  /** How many k6 share the load, each somewhere else; absent where loadctl runs the one k6 itself. */
  instances?: number
}

/** Planned lengths in ms, already scaled. */
export type Phases = { warmupMs: number; holdMs: number; cooldownMs: number }

/** Lays scenario, persona and variants over the config. Throws a usage error for a name that it does not know. */
export function makePlan(config: Config, request: RunRequest, start: { runId: string; at: Date }): RunPlan {
  const scenario = pick(config.scenarios, request.scenario, "scenario")
  const personaName = request.persona ?? config.persona
  const persona = personaName === undefined ? {} : pick(config.personas, personaName, "persona")
  const variants = request.variants.map((name) => pick(config.variants, name, "variant"))
  const layers: Overlay[] = [scenario, persona, ...variants]
  const env = layers.reduce<Record<string, string>>((all, { env }) => ({ ...all, ...env }), config.env)
  return {
    schema: PLAN_SCHEMA,
    runId: start.runId,
    scenario: request.scenario,
    description: scenario.description ?? "",
    persona: personaName ?? null,
    variants: [...request.variants],
    scale: request.scale,
    script: scenario.script ?? config.script ?? "",
    ...loadOf(scenario, request),
    k6Env: {
      ...env,
      SCENARIO: request.scenario,
      ...(personaName === undefined ? {} : { PERSONA: personaName }),
      SCALE: String(request.scale),
      ...request.k6?.env,
    },
    ...k6SettingsOf(request),
    apiEnv: { ...request.apiEnv },
    seed: planSeed(config, layers),
    sla: resolveSla(mergeSla([config.sla, ...layers.map((layer) => layer.sla)])),
    expect: layers.flatMap((layer) => layer.expect ?? []),
    startedAt: start.at.toISOString(),
  }
}

/** Which requests are judged. Flags that replace the script's load leave k6 with one scenario without phases. */
function loadOf(
  { k6Scenarios, phases, judge }: Config["scenarios"][string],
  { scenario, scale, k6 }: RunRequest,
): Pick<RunPlan, "k6Scenarios" | "phases" | "judge"> {
  if (k6 && k6.load.length > 0) return { k6Scenarios: ["default"], phases: null, judge: "all" }
  return { k6Scenarios: k6Scenarios ?? [scenario], phases: scaledPhases(phases, scale), judge }
}

function k6SettingsOf({ k6 }: RunRequest): Pick<RunPlan, "k6Flags" | "given"> {
  const flags = k6 ? [...k6.load, ...k6.outs.flatMap((out) => ["--out", out])] : []
  const given = Object.keys(k6?.env ?? {})
  return { ...(flags.length > 0 ? { k6Flags: flags } : {}), ...(given.length > 0 ? { given } : {}) }
}

function planSeed(config: Config, layers: readonly Overlay[]): RunPlan["seed"] {
  if (!config.seed) return null
  const { method, path, body } = config.seed
  const laid = layers.reduce<Record<string, unknown>>((fields, { seed }) => ({ ...fields, ...seed }), {
    ...body,
  })
  return { method, path, body: body || Object.keys(laid).length > 0 ? laid : null }
}

function scaledPhases(
  phases: { warmup?: string | undefined; hold: string; cooldown?: string | undefined } | undefined,
  scale: number,
): Phases | null {
  if (!phases) return null
  const scaled = (text: string | undefined): number => (text ? durationMs(text) * scale : 0)
  return {
    warmupMs: scaled(phases.warmup),
    holdMs: scaled(phases.hold),
    cooldownMs: scaled(phases.cooldown),
  }
}
