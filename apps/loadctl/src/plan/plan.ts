import { mergeSla, resolveSla } from "@saleproof/sla/resolve.ts"
import type { Sla } from "@saleproof/sla/resolve.ts"
import { parseDuration } from "./duration.ts"
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
    k6Scenarios: scenario.k6Scenarios ?? [request.scenario],
    phases: scaledPhases(scenario.phases, request.scale),
    judge: scenario.judge,
    k6Env: {
      ...env,
      SCENARIO: request.scenario,
      ...(personaName === undefined ? {} : { PERSONA: personaName }),
      LIMITED: String(request.variants.includes("limited")),
      SCALE: String(request.scale),
    },
    apiEnv: { ...request.apiEnv },
    seed: planSeed(config, layers),
    sla: resolveSla(mergeSla([config.sla, ...layers.map((layer) => layer.sla)])),
    expect: layers.flatMap((layer) => layer.expect ?? []),
    startedAt: start.at.toISOString(),
  }
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
  const scaled = (text: string | undefined): number => (text ? (parseDuration(text) ?? 0) * scale : 0)
  return {
    warmupMs: scaled(phases.warmup),
    holdMs: scaled(phases.hold),
    cooldownMs: scaled(phases.cooldown),
  }
}
