/** Limits of one endpoint, or of the whole run. Latencies are in milliseconds and inclusive: p95 200 means "within 200 ms". */
export type Limits = {
  avg?: number
  p50?: number
  p90?: number
  p95?: number
  p99?: number
  "p99.9"?: number
  max?: number
  /** Share of failed requests allowed, 0 to 1. A status that the scenario expects is not a failure. */
  errorRate?: number
  /** Fewer requests than this prove nothing, and fail the run; 20 when left out, as in loadctl. */
  minSamples?: number
  /** "warn" is measured and reported, but never makes k6 fail. */
  severity?: "fail" | "warn"
}

/**
 * What SLA_JSON holds. An endpoint is a request's `name` tag, as in "5_create_order"; the entry "*" stands
 * for every endpoint that the persona calls, and a named entry overrides it field by field.
 */
export type Sla = { overall?: Limits; endpoints?: Record<string, Limits> }

// loadctl's own; k6 resolves no package, so a test compares the two.
export const DEFAULT_MIN_SAMPLES = 20

/** 95 % of responses within 200 ms, for every endpoint and overall, each seen at least once, with no failed request. */
export const DEFAULT_SLA: Sla = {
  overall: { p95: 200, errorRate: 0, minSamples: 1 },
  endpoints: { "*": { p95: 200, errorRate: 0, minSamples: 1 } },
}

const LATENCIES = ["avg", "p50", "p90", "p95", "p99", "p99.9", "max"] as const
const K6_STAT = {
  avg: "avg",
  p50: "p(50)",
  p90: "p(90)",
  p95: "p(95)",
  p99: "p(99)",
  "p99.9": "p(99.9)",
  max: "max",
} as const
const NUMBERS = new Set<string>([...LATENCIES, "errorRate", "minSamples"])

/** The SLA in `json`. Throws an Error that lists everything wrong with it. */
export function parseSla(json: string): Sla {
  const sla: Sla = JSON.parse(json)
  const entries = Object.entries({ overall: sla.overall ?? {}, ...sla.endpoints })
  const problems = entries.flatMap(([name, limits]) => problemsOf(name, limits))
  if (problems.length > 0) throw new Error(problems.join(", "))
  return sla
}

function problemsOf(name: string, limits: Limits): string[] {
  return Object.entries(limits).flatMap(([key, value]) => {
    if (key === "severity")
      return value === "fail" || value === "warn" ? [] : [`${name}.severity is "fail" or "warn"`]
    if (!NUMBERS.has(key)) return [`${name}.${key} is not a limit`]
    return typeof value === "number" && value >= 0 ? [] : [`${name}.${key} is a number from 0`]
  })
}

/** The limits of each of these endpoints, and of any other that the SLA names. */
export function limitsByEndpoint(sla: Sla, endpoints: readonly string[]): Record<string, Limits> {
  const { "*": every = {}, ...named } = sla.endpoints ?? {}
  const names = new Set([...endpoints, ...Object.keys(named)])
  return Object.fromEntries([...names].map((name) => [name, { ...every, ...named[name] }]))
}

/**
 * k6 thresholds for one selection of requests, `tags` being as in "name:5_create_order". Every metric gets its
 * key even without a limit, because k6 reports a selection only when a threshold asks for it.
 */
export function thresholdsFor(tags: string, limits: Limits): Record<string, string[]> {
  const judged = limits.severity !== "warn"
  const latencies = LATENCIES.flatMap((key) => {
    const limit = limits[key]
    return limit === undefined ? [] : [`${K6_STAT[key]}<=${limit}`]
  })
  const failed = limits.errorRate === undefined ? [] : [`rate<=${limits.errorRate}`]
  // k6 passes every limit on an empty selection; only the count of a counter can say that nothing was measured.
  const samples = [`count>=${limits.minSamples ?? DEFAULT_MIN_SAMPLES}`]
  return {
    [`http_req_duration{${tags}}`]: judged ? latencies : [],
    [`http_req_failed{${tags}}`]: judged ? failed : [],
    [`http_reqs{${tags}}`]: judged ? samples : [],
  }
}
