export const HEALTH_SCHEMA = "saleproof.metrics/1"

/** What is sampled, each with what it means and its unit; a sample lacks what nobody could say. */
export const SIGNALS = {
  "api.cpu": "CPU of the API, in cores",
  "api.loopDelay": "p99 of the API's event loop delay, ms",
  "api.inFlight": "requests that the API is answering",
  "api.scrape": "how long the API took to show its metrics, ms",
  "api.batchSize": "orders committed together",
  "api.orderWait": "how long a batch of orders waited for its turn, ms",
  "api.ordersQueued": "orders that wait for a transaction",
  "api.commit": "how long the transaction of a batch took, ms",
  "api.poolBusy": "connections to the database that the API uses",
  "api.poolWaiting": "callers in the API that wait for one",
  "api.poolAcquire": "how long they waited, ms",
  "worker.cpu": "CPU of the worker, in cores",
  "worker.loopDelay": "p99 of the worker's event loop delay, ms",
  "queue.claims": "accepted claims that are not coupons yet",
  "queue.jobs": "jobs that wait or run",
  "queue.lag": "age of the oldest job that nobody has begun, ms",
  "database.active": "sessions that run a statement",
  "database.idleInTransaction": "sessions that hold a transaction open and do nothing",
  "database.locks": "sessions that wait for a lock",
  "database.io": "sessions that wait for the disk or the write-ahead log",
  "database.cpu": "CPU of PostgreSQL, in cores",
  "k6.cpu": "CPU of k6, in cores",
  "machine.busy": "share of this machine's CPU that is in use",
} as const

export type Signal = keyof typeof SIGNALS

/** One second of a load; `at` is when it ended, ms since 1970. */
export type HealthSample = { at: number; values: Partial<Record<Signal, number>> }

/** What was sampled while the load ran; `metrics.json` of a run. */
export type Health = {
  schema: typeof HEALTH_SCHEMA
  cores: number
  samples: HealthSample[]
  /** How often a session of the database was seen waiting for what, by "type: event". */
  waits: Record<string, number>
}
