import { getNumberFromEnv, setGlobalErrorHandler } from "@opentelemetry/core"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http"
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources"
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace"
import type { BatchSpanProcessorOptions } from "@opentelemetry/sdk-trace"
import manifest from "../../package.json" with { type: "json" }
import type { Logger } from "../infra/logger.ts"
import { samplerFromEnv } from "./sampler.ts"

const WARN_AGAIN_MS = 60_000

type Batches = Omit<BatchSpanProcessorOptions, "exporter">

// Where the standard variables say nothing, the SDK's own defaults hold.
const BATCHES: Record<
  string,
  keyof Pick<Batches, "maxQueueSize" | "maxExportBatchSize" | "scheduledDelayMillis">
> = {
  OTEL_BSP_MAX_QUEUE_SIZE: "maxQueueSize",
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "maxExportBatchSize",
  OTEL_BSP_SCHEDULE_DELAY: "scheduledDelayMillis",
}

/** Sends spans in batches to an OTLP/HTTP collector, where OTEL_EXPORTER_OTLP_* says; it drops those that fail. */
export function createProvider({
  process: name,
  logger,
}: {
  process: string
  logger: Logger
}): TracerProvider {
  warnNowAndThen(logger)
  const batches = Object.entries(BATCHES).flatMap(([variable, option]) => {
    const value = getNumberFromEnv(variable)
    return value === undefined ? [] : [[option, value] as const]
  })
  const own = resourceFromAttributes({
    "service.name": `saleproof-${name}`,
    "service.version": manifest.version,
  })
  return new TracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerFromEnv(),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...Object.fromEntries(batches) }),
    ],
  })
}

/** Exports fail every few seconds while the collector is down; one line per minute is enough. */
function warnNowAndThen(logger: Logger): void {
  let warnedAt = -Infinity
  setGlobalErrorHandler((error) => {
    const now = performance.now()
    if (now - warnedAt < WARN_AGAIN_MS) return
    warnedAt = now
    const reason = error instanceof Error ? error.message : error
    logger.warn({ reason }, "traces cannot be sent")
  })
}
