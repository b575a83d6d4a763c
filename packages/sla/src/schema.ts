import { z } from "zod"

import { OTHER_METRICS } from "./metrics.ts"

export const LATENCIES = ["avg", "p50", "p90", "p95", "p99", "p99.9", "max"] as const
export type Latency = (typeof LATENCIES)[number]

export const LEVELS = ["fail", "warn"] as const
export type Level = (typeof LEVELS)[number]

const DECISIONS = ["measured", "confident"] as const
export type Decision = (typeof DECISIONS)[number]

const LATENCY_KINDS = ["measured", "corrected"] as const
export type LatencyKind = (typeof LATENCY_KINDS)[number]

const leveled = (value: z.ZodNumber) =>
  z.union([value, z.strictObject({ limit: value, level: z.enum(LEVELS).default("fail") })], {
    error: "expected a number, or {limit, level: fail | warn}",
  })

const Milliseconds = leveled(z.number().positive())
const Share = leveled(z.number().min(0).max(1))
const Status = z.int().min(100).max(599)

const limits = {
  avg: Milliseconds.optional(),
  p50: Milliseconds.optional(),
  p90: Milliseconds.optional(),
  p95: Milliseconds.optional(),
  p99: Milliseconds.optional(),
  "p99.9": Milliseconds.optional(),
  max: Milliseconds.optional(),
  /** Requests per second that must be reached. */
  rate: z
    .strictObject(
      { min: z.number().positive(), level: z.enum(LEVELS).default("fail") },
      { error: "expected {min}, the requests per second that must be reached" },
    )
    .optional(),
  /** Share of requests that may fail: the error budget. */
  errorRate: Share.optional(),
  /** Fewer judged samples than this make the run invalid. */
  minSamples: z.int().min(0).optional(),
}

export const EndpointSlaInput = z.strictObject({
  ...limits,
  /** The statuses that count as success here; without it, k6's own opinion counts. */
  status: z.array(Status).min(1).optional(),
})

// A metric's name, and labels with = in braces.
const SELECTOR = /^[A-Za-z_:][\w:]*(?:\{\s*(?:\w+\s*=\s*"(?:[^"\\]|\\.)*"\s*,?\s*)*\})?$/

const metricBounds = {
  title: z.string().min(1),
  min: z.number().optional(),
  max: z.number().optional(),
  level: z.enum(LEVELS).default("fail"),
  /** Whether every value during the load is judged, their mean, or the last one. */
  over: z.enum(["every", "mean", "last"]).default("every"),
}

export const MIN_ABOVE_MAX = "min is above max: no number can be both"

/** Whether any number can be within both bounds. */
export function canBeKept({
  min = -Infinity,
  max = Infinity,
}: {
  min?: number | undefined
  max?: number | undefined
}): boolean {
  return min <= max
}

/** A limit on what the target says of itself: a PromQL query, or a metric of its own page of metrics. */
const MetricRuleInput = z
  .union(
    [
      z.strictObject({ ...metricBounds, query: z.string().min(1) }),
      z.strictObject({
        ...metricBounds,
        metric: z
          .string()
          .regex(SELECTOR, { error: 'expected a metric such as name or name{label="value"}' }),
        /** As it is, its growth per second, a histogram's mean, or its growth over all of the load. */
        as: z.enum(["gauge", "rate", "mean", "increase"]).default("gauge"),
        from: z.enum(["api", "worker"]).default("api"),
      }),
    ],
    { error: "expected {title, query} or {title, metric}, with min or max" },
  )
  .refine(({ min, max }) => min !== undefined || max !== undefined, {
    error: "say what is allowed: min or max",
  })
  .refine(canBeKept, { error: MIN_ABOVE_MAX })

const ListedEndpointInput = EndpointSlaInput.extend({
  /** What is judged under that name tag; without it, HTTP requests. */
  metric: z.enum(OTHER_METRICS).optional(),
})

/** The SLA as it is written in loadctl.yaml; latencies in ms, shares from 0 to 1. */
export const SlaInput = z.strictObject({
  /** What every endpoint owes, also one that is not listed. */
  each: EndpointSlaInput.optional(),
  overall: z.strictObject(limits).optional(),
  /** The endpoints that must be seen, by k6's `name` tag, each with what it owes beyond `each`; null unlists one. */
  endpoints: z.record(z.string().min(1), ListedEndpointInput.nullable()).optional(),
  /** Share of k6's checks that must hold. */
  checks: Share.optional(),
  /** Iterations k6 may drop before the run is invalid. */
  droppedIterations: z.int().min(0).optional(),
  /** Iterations that may end in an exception of the script before the run is invalid. */
  thrownIterations: z.int().min(0).optional(),
  /** Whether a limit is judged by the percentile as measured, or only by one whose 95 % interval leaves no doubt. */
  decide: z.enum(DECISIONS).optional(),
  /** Whether p95 and p99 are judged as measured, or corrected for what users in a closed model did not send. */
  latency: z.enum(LATENCY_KINDS).optional(),
  /** Limits on the target's own metrics. */
  metrics: z.array(MetricRuleInput).optional(),
})

export type MetricRule = z.infer<typeof MetricRuleInput>

export type EndpointSlaInput = z.infer<typeof ListedEndpointInput>
export type SlaInput = z.infer<typeof SlaInput>
