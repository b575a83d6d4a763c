import type { Logger } from "../infra/logger.ts"
import { unheeded, wantsTraces } from "./settings.ts"
import type { Tracing } from "./tracing.ts"

type Options = { process: "api" | "worker"; logger: Logger }

/** Traces, when the environment asks for them; otherwise nothing, and nothing of OpenTelemetry's SDK is loaded. */
export async function startTracing(options: Options): Promise<Tracing | undefined> {
  // The names are OpenTelemetry's, whose SDK reads most of them from here by itself.
  const { env } = process
  for (const problem of unheeded(env)) options.logger.warn(problem)
  if (!wantsTraces(env)) return undefined
  const { createTracing } = await import("./tracing.ts")
  return createTracing(options)
}
