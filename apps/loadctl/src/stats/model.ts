import type { IterationsAccount } from "./iterations.ts"
import type { TaggedFailures } from "./failures.ts"

import type { Clocks } from "../machine/clocks.ts"
import type { OtherMetric } from "@saleproof/sla/metrics.ts"
import type { Latency } from "@saleproof/sla/schema.ts"
import type { Intervals } from "./interval.ts"

/** Wall-clock bounds in ms since 1970. */
export type Window = { from: number; to: number }

/** One endpoint's figures, or those of all together. Latencies in ms, rates per second; null where unknown. */
export type Figures = {
  name: string
  /** What was timed where it is no HTTP request; its `statuses` are codes of its own protocol. */
  metric?: OtherMetric
  n: number
  /** Of these, requests that found no connection: they failed, and have no latency. Absent where there were none. */
  unsent?: number
  rate: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  max: number | null
  /** These three are absent in runs that an earlier version saved. */
  avg?: number | null
  p90?: number | null
  "p99.9"?: number | null
  failed: number
  /** Requests by HTTP status ("0" is no answer); empty when only k6's summary is known. */
  statuses: Record<string, number>
  /** Where the percentiles may lie with 95 % confidence; null or absent where the samples are not known. */
  interval?: Intervals | null
  /** How many samples exceeded each limit of the SLA. */
  over?: Partial<Record<Latency, number>>
}

/** What the whole run consisted of, judged or not: how many requests by the tags that select them. */
export type Seen = {
  scenarios: Record<string, number>
  names: Record<string, number>
  phases: Record<string, number>
  /** By metric, what was no HTTP request; absent in runs that an earlier version saved. */
  others?: Record<string, number>
  /** There, where k6 gave the tag `scenario` to nothing. */
  untagged?: true
}

/** One threshold of the script and what came of it; `value` is null where k6 keeps no such figure. */
export type ThresholdResult = {
  metric: string
  source: string
  value: number | null
  ok: boolean
  /** It was kept only because there is no sample that it is about. */
  empty?: true
}

/** What k6 logged, the first of its kind; `count` is how often that kind was logged. */
export type K6Message = { level: "error" | "warning"; text: string; count: number }

/** The same requests as each witness saw them; null where one was not asked or keeps no such figure. */
export type Reconciled = {
  name: string
  /** By loadctl's own recording; absent in runs that were judged from InfluxDB or the summary. */
  recordedN?: number
  recordedP95?: number | null
  influxN: number | null
  k6N: number | null
  influxP95: number | null
  k6P95: number | null
}

export type InfluxState = { state: "ok" } | { state: "off" } | { state: "away"; text: string }

/** A stretch without an answer: when it began, ms since 1970, and how long it was. */
export type Gap = { from: number; ms: number }

/** How busy the machine was during the load, as shares of all its cores from 0 to 1; null where unknown. */
export type MachineUse = {
  k6: number | null
  busy: number | null
  steal: number | null
  /**
   * The processors that k6 may use, by affinity and quota, its share of them and how busy they were. `waited` is how
   * long it waited for them, for each second that it ran; null where all of the machine's are its own.
   */
  generator?: { processors: number; k6: number | null; busy: number | null; waited?: number | null }
}

/** What loadctl's own recording came to, and how the other witnesses compare with it. */
export type RecorderFacts = {
  requests: number
  /** Requests that are one point in InfluxDB, because their tags and time are equal. */
  merged: number
  refusedWrites: number
  /**
   * By k6's own http_req_failed; `n` is how many requests carry it: none without a response callback. Beside it what
   * the tags say; an earlier version saved none.
   */
  failed: { n: number; matches: number } & Partial<TaggedFailures>
  /** Samples that gave up tags that no rule uses, because the script made too many series. */
  folded: number
  /** Why figures cannot be trusted: a recording that broke off, witnesses that differ for no known reason. */
  problems: string[]
  /** Differences whose reason is known. */
  notes: string[]
}

/** One endpoint as measured, and as it would have been had its users not waited for slow answers. In ms. */
export type CorrectedRow = {
  name: string
  /** How often a user calls it when nothing stalls. */
  intervalMs: number
  p95: number
  p99: number
  correctedP95: number
  correctedP99: number
  /** Requests that the correction added. */
  added: number
}

/** What coordinated omission may hide in a run. In an open model no user waits, so it hides nothing. */
export type Omission =
  | { model: "open" }
  | { model: "closed"; overall: CorrectedRow; endpoints: CorrectedRow[] }

/** The seconds (whole, since 1970) in which an endpoint kept its limits, and those in which it did not. */
export type Seconds = { good: number[]; bad: number[] }

/** Everything that was measured; `endpoints.json` of a run. */
export type Measurement = {
  /** Whose figures are judged. */
  source: "recorder" | "influxdb" | "k6"
  /** Absent where another source is judged: elsewhere, or by an earlier version. */
  recorder?: RecorderFacts
  influx: InfluxState
  /** Which k6 made the load, when it was not the one that loadctl ran itself; judged from InfluxDB alone. */
  instances?: string[]
  window: Window | null
  hold: Window | null
  overall: Figures
  endpoints: Figures[]
  seen?: Seen
  /** Absent where k6 ran elsewhere, or an earlier version judged. */
  iterations?: IterationsAccount
  reconciliation: Reconciled[]
  /** What waiting for slow answers may hide; null where that is not known. */
  omission: Omission | null
  k6: K6Facts
  machine: MachineUse
  /** Of the hold, or of everything when there is none; empty without InfluxDB. */
  gaps: Gap[]
  clocks: Clocks
  /** By endpoint, the seconds in which it kept its limits and those in which it did not; an earlier version saved none. */
  seconds?: Record<string, Seconds>
}

/** What k6 itself said, whatever the run is judged by. */
export type K6Facts = {
  exitCode: number | null
  /** False when k6 left no summary to read. */
  summary: boolean
  iterations: number
  interruptedIterations: number
  droppedIterations: number
  checks: { name: string; passes: number; fails: number }[]
  failedThresholds: { metric: string; threshold: string }[]
  /** Of the script itself, kept or not; absent in runs that an earlier version saved. */
  thresholds?: ThresholdResult[]
  /** k6's errors and warnings, the first of each kind. */
  messages?: K6Message[]
  /** Metrics that an expectation names and the script's sources too, though k6 may never have seen them. */
  declaredMetrics?: string[]
  /** Every metric of the summary that an expectation may ask for: name → figures. */
  metrics: Record<string, Record<string, number>>
  lostWrites: number
  slowFlushes: number
  /** The first texts of what iterations ended by. */
  thrown?: string[]
  /** The same of what the script threw outside of its iterations; absent in runs that an earlier version saved. */
  thrownOutside?: string[]
  errors: string[]
}
