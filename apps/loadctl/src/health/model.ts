export const HEALTH_SCHEMA = "saleproof.metrics/1"

/** What loadctl itself knows how to read, each with what it means and its unit; a sample lacks what was not exported. */
export const SIGNALS = {
  "api.cpu": "CPU of the API, in cores",
  "api.cores": "cores that the API may use",
  "api.loopDelay": "p99 of the API's event loop delay, ms",
  "api.gc": "share of the time that the API collects garbage",
  "api.inFlight": "requests that the API is answering",
  "api.scrape": "how long the API took to show its metrics, ms",
  "api.poolBusy": "connections to the database that the API uses",
  "api.poolWaiting": "callers in the API that wait for one",
  "api.poolAcquire": "how long they waited, ms",
  "worker.cpu": "CPU of the worker, in cores",
  "worker.loopDelay": "p99 of the worker's event loop delay, ms",
  "database.active": "sessions that run a statement",
  "database.idleInTransaction": "sessions that hold a transaction open and do nothing",
  "database.locks": "sessions that wait for a lock",
  "database.io": "sessions that wait for the disk or the write-ahead log",
  "database.cpu": "CPU of PostgreSQL, in cores",
  "k6.cpu": "CPU of k6, in cores",
  "machine.busy": "share of this machine's CPU that is in use",
} as const

/** What is sampled by name: the ones above, and those that loadctl.yaml defines (`metrics.signals`). */
export type Values = Readonly<Record<string, number>>

/** One second of a load; `at` is when it ended, ms since 1970. */
export type HealthSample = { at: number; values: Values }

/** A signal of loadctl.yaml: what it is called, and from where on it stands for which cause. */
export type SignalMeaning = {
  title: string
  unit: string
  cause: { what: string; from: number } | null
}

/** What was sampled while the load ran; `metrics.json` of a run. */
export type Health = {
  schema: typeof HEALTH_SCHEMA
  cores: number
  samples: HealthSample[]
  /** How often a session of the database was seen waiting for what, by "type: event". */
  waits: Record<string, number>
  /** By name, those that loadctl.yaml defines; absent in runs that an earlier version saved. */
  signals?: Record<string, SignalMeaning>
  /** Why a signal of loadctl.yaml was in no sample, by its name; absent where each was in one. */
  unread?: Record<string, string>
  /** When a counter that is read as growth was seen to have begun again, ms since 1970, by its signal. */
  resets?: Record<string, number[]>
  /** When the metrics of each process were first and last read, ms since 1970; absent where they never were. */
  read?: Partial<Record<"api" | "worker", { from: number; to: number }>>
}
