import type { Logger } from "../infra/logger.ts"
import { wantsTraces } from "./settings.ts"
import type { Tracing } from "./tracing.ts"

type Options = { process: "api" | "worker"; logger: Logger }

/** Traces, when the environment asks for them; otherwise nothing, and nothing of OpenTelemetry's SDK is loaded. */
export async function startTracing(options: Options): Promise<Tracing | undefined> {
  // oxlint-disable-next-line node/no-process-env -- the names are OpenTelemetry's, whose SDK reads them from here too
  if (!wantsTraces(process.env)) return undefined
  const { createTracing } = await import("./tracing.ts")
  return createTracing(options)
}
