import type { OtherMetric } from "@saleproof/sla/metrics.ts"

/** The file of a run's folder that holds what was recorded. */
export const RECORDING = "samples.bin"

/** All requests of a run that share their tags. */
export type SampleSeries = {
  /** Empty for requests of setup() and teardown(). */
  scenario: string
  /** What the script says of itself by a tag `phase` ("warmup", "hold", "cooldown"); empty when it does not. */
  phase: string
  name: string
  /** HTTP status; "0" when there was no answer. */
  status: string
  /** k6's `expected_response`; where the tag is missing, what `expectedTag` says of it. */
  expected: boolean
  /** False where the points carry no `expected_response`, by trimmed system tags or no response callback. */
  expectedTag?: boolean | undefined
  errorCode: string
  /** What these are where they are no HTTP requests; they are judged by themselves and are in nothing else. */
  metric?: OtherMetric
  /** Users that were cut off while they waited: no request of k6, and no answer. */
  unanswered?: true
  /** When each request ended, ms since 1970; it was sent at `at - ms`. Not in order. */
  at: Float64Array
  /** How long each took, ms. */
  ms: Float64Array
}

/** When a request was sent, ms since 1970. */
export function sentAt({ at, ms }: Pick<SampleSeries, "at" | "ms">, index: number): number {
  return at[index]! - ms[index]!
}

export type CheckCount = { name: string; passes: number; fails: number }

/** What the recorder counted, of all scenarios, setup and teardown included. */
export type RecordedTotals = {
  requests: number
  /** By k6's own http_req_failed; `n` is how many requests carry it (none without a response callback). */
  failed: { n: number; matches: number }
  iterations: number
  dropped: number
  checks: CheckCount[]
  /** By scenario, what its iterations took; those that threw or were cut off have none or are in it as k6 has them. */
  iterationDurations: { scenario: string; n: number; longestMs: number }[]
  /** Samples of each metric that k6 wrote, by its name. */
  points: Record<string, number>
  /** Samples that gave up tags that no rule uses, because the script made too many series. */
  folded: number
  /** Series whose tag `expected_response` is not k6's opinion; absent in recordings of an earlier version. */
  unjudged?: number[] | undefined
}
