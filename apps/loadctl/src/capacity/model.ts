import type { SeriesRecord } from "../document.ts"
import type { MachineUse } from "../stats/model.ts"
import type { Scalability } from "../stats/scalability.ts"
import type { InFlight } from "../stats/steady.ts"
import type { Attempt, Found, SearchOptions } from "./search.ts"

export const CAPACITY_SCHEMA = "saleproof.capacity/1"

/** What is turned up: arrivals per second (open model), or users that wait for their answers (closed model). */
export type LoadUnit = "iterations/s" | "VUs"

/** A limit of the SLA that was not kept; `actual` and `limit` in ms, or as shares from 0 to 1. */
export type Broken = { endpoint: string; metric: string; actual: number; limit: number }

/** One run of the search. Latencies in ms, rates per second. */
export type CapacityStep = Attempt & {
  why: "step" | "bisect" | "confirm" | "again"
  runId: string
  reasons: string[]
  /** Iterations per second that k6 got through. */
  iterationRate: number | null
  requestRate: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  requests: number
  failed: number
  dropped: number
  /** Mean requests in flight in stretches of the hold, the first to the last; null where no request is known. */
  inFlight: InFlight | null
  /** The gravest first. */
  broken: Broken[]
  machine: MachineUse | null
}

/** How high the load can go, and every run that says so; rewritten after each of them. */
export type CapacityReport = SeriesRecord & {
  schema: typeof CAPACITY_SCHEMA
  unit: LoadUnit
  /** Seconds that each load was held. */
  holdSeconds: number | null
  options: SearchOptions & { maxTimeSeconds: number }
  ended: "running" | "found" | "out of time" | "interrupted"
  /** Iterations per second or VUs that the target completes within its SLA; null when no load is. */
  capacity: number | null
  /** Whether nothing broke, so that it may be more. */
  atLeast: boolean
  found: Found
  /** What broke first, at the lowest load that did not hold. */
  firstBroken: (Broken & { load: number }) | null
  /** What each further request in flight costs, and where that ends; null with too few loads to fit. */
  scalability: Scalability | null
  /** The load at which p95 starts to climb; null when the steps show no bend. */
  knee: number | null
  steps: CapacityStep[]
}
