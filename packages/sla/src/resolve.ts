import type { OtherMetric } from "./metrics.ts"
import { LATENCIES } from "./schema.ts"
import type {
  Decision,
  EndpointSlaInput,
  Latency,
  LatencyKind,
  Level,
  MetricRule,
  SlaInput,
} from "./schema.ts"

export type Limit = { limit: number; level: Level }

/** What one endpoint (or all together) owes. Latencies in ms, shares from 0 to 1. */
export type EndpointSla = {
  latency: Partial<Record<Latency, Limit>>
  /** Requests per second, at least; absent where nothing is owed. */
  rate?: Limit
  errorRate: Limit
  minSamples: number
  /** Statuses that count as success; null leaves it to k6's `expected_response`. */
  status: number[] | null
  /** What is judged in place of HTTP requests; absent where those are. */
  metric?: OtherMetric
}

/** The SLA with every default filled in: the one source of thresholds, judgment and limit lines. */
export type Sla = {
  overall: EndpointSla
  each: EndpointSla
  endpoints: Record<string, EndpointSla>
  /** Null when the file does not ask for checks: a script may have none. */
  checks: Limit | null
  droppedIterations: number
  thrownIterations: number
  decide: Decision
  latency: LatencyKind
  /** Limits on the target's own metrics; absent where there are none. */
  metrics?: MetricRule[]
}

/** What the SLA lists for an endpoint, if it does; a name may be one that every object has, such as "constructor". */
export function listedFor({ endpoints }: Pick<Sla, "endpoints">, name: string): EndpointSla | undefined {
  return Object.hasOwn(endpoints, name) ? endpoints[name] : undefined
}

/** What an endpoint owes. */
export function owedBy(sla: Pick<Sla, "endpoints" | "each">, name: string): EndpointSla {
  return listedFor(sla, name) ?? sla.each
}

// A p95 of fewer than 20 samples is nothing but their maximum.
export const DEFAULT_MIN_SAMPLES = 20

/**
 * Later layers win, field by field: file, scenario, persona, variant. An endpoint that a layer says null of is
 * not listed any more. Rules on metrics are identified by their titles.
 */
export function mergeSla(layers: readonly (SlaInput | undefined)[]): SlaInput {
  const merged: SlaInput = {}
  for (const layer of layers) {
    if (!layer) continue
    const endpoints = { ...merged.endpoints }
    for (const [name, own] of Object.entries(layer.endpoints ?? {})) {
      const before = Object.hasOwn(endpoints, name) ? endpoints[name] : {}
      endpoints[name] = own && { ...before, ...own }
    }
    Object.assign(merged, layer, {
      each: { ...merged.each, ...layer.each },
      overall: { ...merged.overall, ...layer.overall },
      endpoints,
      ...mergeMetrics(merged.metrics, layer.metrics),
    })
  }
  return merged
}

function mergeMetrics(before: MetricRule[] = [], own: MetricRule[] = []): Pick<SlaInput, "metrics"> {
  const kept = before.filter(({ title }) => !own.some((rule) => rule.title === title))
  return kept.length + own.length === 0 ? {} : { metrics: [...kept, ...own] }
}

export function resolveSla(input: SlaInput): Sla {
  const each = resolveEndpoint(input.each ?? {})
  const endpoints = Object.entries(input.endpoints ?? {}).flatMap(([name, own]) =>
    own ? [[name, resolveEndpoint({ ...input.each, ...own })] as const] : [],
  )
  return {
    overall: resolveEndpoint(input.overall ?? {}),
    each,
    endpoints: Object.fromEntries(endpoints),
    checks: input.checks === undefined ? null : resolveLimit(input.checks),
    droppedIterations: input.droppedIterations ?? 0,
    thrownIterations: input.thrownIterations ?? 0,
    decide: input.decide ?? "measured",
    latency: input.latency ?? "measured",
    ...(input.metrics ? { metrics: input.metrics } : {}),
  }
}

/** The SLA with what each endpoint, and all together, owe changed in the same way. */
export function mapOwed(sla: Sla, change: (owed: EndpointSla) => EndpointSla): Sla {
  const endpoints = Object.entries(sla.endpoints).map(([name, owed]) => [name, change(owed)] as const)
  const [overall, each] = [change(sla.overall), change(sla.each)]
  return { ...sla, overall, each, endpoints: Object.fromEntries(endpoints) }
}

function resolveEndpoint(input: EndpointSlaInput): EndpointSla {
  const latency: EndpointSla["latency"] = {}
  for (const key of LATENCIES) {
    const limit = input[key]
    if (limit !== undefined) latency[key] = resolveLimit(limit)
  }
  return {
    latency,
    ...(input.rate ? { rate: { limit: input.rate.min, level: input.rate.level } } : {}),
    errorRate: resolveLimit(input.errorRate ?? 0),
    minSamples: input.minSamples ?? DEFAULT_MIN_SAMPLES,
    status: input.status ?? null,
    ...(input.metric ? { metric: input.metric } : {}),
  }
}

function resolveLimit(input: number | Limit): Limit {
  return typeof input === "number" ? { limit: input, level: "fail" } : input
}
