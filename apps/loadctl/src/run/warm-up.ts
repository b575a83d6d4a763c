import { usageError } from "../errors.ts"
import type { WarmUp } from "../machine/manifest.ts"
import { makePlan } from "../plan/plan.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { Config } from "../plan/schema.ts"
import { prepareLoad, runLoad } from "./load.ts"
import type { LoadOptions } from "./load.ts"
import { seedTarget } from "./seed.ts"
import type { TestTarget } from "./target.ts"

/** The plan of the file's warm-up for a run: its scenario with the run's persona, under an id of its own. */
export function planWarmUp({ warmUp, ...config }: Config, plan: RunPlan): RunPlan | null {
  if (!warmUp) return null
  return makePlan(
    config,
    { scenario: warmUp.scenario, persona: plan.persona ?? undefined, variants: [], scale: 1, apiEnv: {} },
    { runId: `${plan.runId}-warm-up`, at: new Date() },
  )
}

/** Whether to warm up: as the user says, otherwise where the target was started a moment ago. */
export function wantsWarmUp(config: Config, wanted: boolean | undefined, cold: boolean): boolean {
  if (wanted && !config.warmUp) {
    throw usageError("loadctl.yaml has no warmUp to do.", "warmUp: { scenario: NAME } names its scenario.")
  }
  return wanted ?? (cold && config.warmUp !== undefined)
}

type WarmUpOptions = Omit<
  LoadOptions,
  "plan" | "seeded" | "outs" | "influxUrl" | "targetUrl" | "scriptOptions"
> & {
  config: Config
  plan: RunPlan
  testTarget: Pick<TestTarget, "api" | "targetUrl">
}

/**
 * Sends the warm-up's load to a target that was seeded for it, so that compilers and pools are not what the run
 * measures. Its requests are in no InfluxDB and in no figure; the next run must seed again.
 */
export async function warmTarget({ config, testTarget, ...options }: WarmUpOptions): Promise<WarmUp | null> {
  const { io, folder } = options
  const { api, targetUrl } = testTarget
  const plan = planWarmUp(config, options.plan)
  if (!plan) return null
  const seeded = await seedTarget(api, config, { seed: plan.seed, signal: io.interrupted })
  const load = { ...options, plan, folder: await folder.subfolder("warm-up"), targetUrl, seeded }
  const scriptOptions = await prepareLoad(load)
  const { run } = await runLoad({ ...load, scriptOptions, outs: [], influxUrl: null })
  return {
    scenario: plan.scenario,
    iterations: run.last?.iterations ?? 0,
    seconds: (run.endedAt - run.startedAt) / 1_000,
    k6ExitCode: run.exitCode,
  }
}
