import { getNumberFromEnv, getStringFromEnv } from "@opentelemetry/core"
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace"
import type { Sampler } from "@opentelemetry/sdk-trace"

const ratio = () => new TraceIdRatioBasedSampler(getNumberFromEnv("OTEL_TRACES_SAMPLER_ARG") ?? 1)
const parentBased = (root: Sampler) => new ParentBasedSampler({ root })

const SAMPLERS: Record<string, () => Sampler> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: ratio,
  parentbased_always_on: () => parentBased(new AlwaysOnSampler()),
  parentbased_always_off: () => parentBased(new AlwaysOffSampler()),
  parentbased_traceidratio: () => parentBased(ratio()),
}

/** The sampler that OTEL_TRACES_SAMPLER names; by default the caller decides, and without one every trace is kept. */
export function samplerFromEnv(): Sampler {
  const make = SAMPLERS[getStringFromEnv("OTEL_TRACES_SAMPLER") ?? ""] ?? SAMPLERS["parentbased_always_on"]
  return make?.() ?? new AlwaysOnSampler()
}
