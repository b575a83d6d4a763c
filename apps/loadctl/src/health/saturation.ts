import type { Health, HealthSample } from "./model.ts"

type Values = HealthSample["values"]

/** Something that can have no more to give: when that is so, and what shows it. */
export type Saturation = {
  what: string
  reached: (values: Values, cores: number) => boolean
  /** For the means over the seconds in which it was reached. */
  evidence: (values: Values, health: Health) => string
}

// One JavaScript thread has one core; what is left goes to the garbage collector's helpers.
const THREAD_FULL = 0.9
const LOOP_LATE_MS = 100
const MACHINE_FULL = 0.95
const FEW_SESSIONS = 2
const MANY_REQUESTS = 20
const CALM_THREAD = 0.8
const CALM_LOOP_MS = 50
const LONG_WAIT_MS = 50
const FEW_WAITING = 2

const of = (value: number | undefined): number => value ?? 0
const cores = (value: number | undefined): string => (value === undefined ? "?" : value.toFixed(1))

const whole = (value: number | undefined): string => of(value).toFixed(0)

/** Requests pile up although neither the API nor the database has anything to do. */
function heldBack(values: Values): boolean {
  const { "api.inFlight": inFlight, "database.active": active } = values
  return (
    of(inFlight) >= MANY_REQUESTS &&
    active !== undefined &&
    active <= of(inFlight) / 10 &&
    of(values["api.cpu"]) < CALM_THREAD &&
    // Were it short of CPU, its event loop would be late too.
    of(values["api.loopDelay"]) < CALM_LOOP_MS
  )
}

function heldBackText(values: Values): string {
  return (
    `${whole(values["api.inFlight"])} requests were under way while the API used ${cores(values["api.cpu"])} cores and ` +
    `${of(values["database.active"]).toFixed(1)} sessions of the database were active`
  )
}

/** ", 40 more waiting; its transaction took 120 ms": what an API tells that keeps count of it. */
function queueText(values: Values): string {
  const { "api.ordersQueued": queued, "api.commit": commit } = values
  return (
    (queued === undefined ? "" : `, ${whole(queued)} more waiting`) +
    (commit === undefined ? "" : `; its transaction took ${whole(commit)} ms`)
  )
}

/** The particular before the general: a full machine is the reason only when nobody in it has reached an end before. */
export const SATURATIONS: readonly Saturation[] = [
  {
    what: "the load generator",
    reached: (values, all) => of(values["k6.cpu"]) > 0.8 * all,
    evidence: (values, health) => `k6 used ${cores(values["k6.cpu"])} of ${health.cores} cores`,
  },
  {
    what: "locks in the database",
    reached: (values) =>
      of(values["database.locks"]) >= FEW_SESSIONS &&
      of(values["database.locks"]) >= of(values["database.active"]) / 2,
    evidence: (values, health) =>
      `${of(values["database.locks"]).toFixed(0)} of ${of(values["database.active"]).toFixed(0)} active sessions waited for a lock${mostWaited(health, "Lock")}`,
  },
  {
    what: "the database's disk",
    reached: (values) =>
      of(values["database.io"]) >= FEW_SESSIONS &&
      of(values["database.io"]) >= of(values["database.active"]) / 2,
    evidence: (values, health) =>
      `${of(values["database.io"]).toFixed(0)} of ${of(values["database.active"]).toFixed(0)} active sessions waited for it${mostWaited(health, "IO")}`,
  },
  {
    what: "the API's one thread",
    reached: (values) => of(values["api.cpu"]) >= THREAD_FULL,
    evidence: (values) =>
      `it used ${cores(values["api.cpu"])} cores and its event loop was ${of(values["api.loopDelay"]).toFixed(0)} ms late`,
  },
  {
    what: "the database's CPU",
    reached: (values, all) => of(values["database.cpu"]) > 0.8 * all,
    evidence: (values, health) => `PostgreSQL used ${cores(values["database.cpu"])} of ${health.cores} cores`,
  },
  {
    what: "the API's connections to the database",
    reached: (values) =>
      of(values["api.poolWaiting"]) >= FEW_WAITING && of(values["api.poolAcquire"]) >= LONG_WAIT_MS,
    evidence: (values) =>
      `${whole(values["api.poolWaiting"])} callers waited for one of them, ${whole(values["api.poolAcquire"])} ms each, ` +
      `and ${whole(values["api.poolBusy"])} were in use`,
  },
  {
    what: "the queue of orders",
    reached: (values) => of(values["api.orderWait"]) >= LONG_WAIT_MS,
    evidence: (values) =>
      `a batch waited ${whole(values["api.orderWait"])} ms for its turn, with ${whole(values["api.batchSize"])} orders in each` +
      queueText(values),
  },
  {
    what: "a lock in front of the database",
    reached: (values) => values["api.poolWaiting"] === 0 && heldBack(values),
    evidence: heldBackText,
  },
  {
    what: "a lock or a pool in front of the database",
    reached: heldBack,
    evidence: heldBackText,
  },
  {
    what: "this machine's CPU",
    reached: (values) => of(values["machine.busy"]) >= MACHINE_FULL,
    evidence: (values, health) =>
      `all ${health.cores} cores were busy, k6 with ${cores(values["k6.cpu"])}, the API ${cores(values["api.cpu"])}, ` +
      `the worker ${cores(values["worker.cpu"])}, PostgreSQL ${cores(values["database.cpu"])}, others ${cores(othersOf(values, health.cores))}`,
  },
  {
    what: "the API's event loop",
    reached: (values) => of(values["api.loopDelay"]) >= LOOP_LATE_MS,
    evidence: (values) =>
      `it was ${of(values["api.loopDelay"]).toFixed(0)} ms late while the API used ${cores(values["api.cpu"])} cores`,
  },
]

/** CPU of whoever is not asked: other programs, and what was not told. */
function othersOf(values: Values, all: number): number {
  const known = ["k6.cpu", "api.cpu", "worker.cpu", "database.cpu"] as const
  const used = known.reduce((sum, signal) => sum + of(values[signal]), 0)
  return Math.max(0, of(values["machine.busy"]) * all - used)
}

/** ", most of them Lock: transactionid": the commonest wait of that type over the whole run. */
function mostWaited({ waits }: Health, type: string): string {
  const [most] = Object.entries(waits)
    .filter(([wait]) => wait.startsWith(`${type}:`))
    .toSorted(([, a], [, b]) => b - a)
  return most ? `, mostly for ${most[0]}` : ""
}
