import { describe, expect, it } from "vitest"

import { attribute } from "./attribute.ts"
import { HEALTH_SCHEMA } from "./model.ts"
import type { Health, Values } from "./model.ts"

/** A Node API, its database and k6 on this machine, all at ease. */
const CALM: Values = {
  "api.cpu": 0.3,
  "api.loopDelay": 12,
  "api.inFlight": 8,
  "database.active": 1,
  "database.locks": 0,
  "database.io": 0,
  "database.cpu": 0.2,
  "k6.cpu": 0.2,
  "machine.busy": 0.4,
}

type Recorded = Pick<Health, "waits" | "signals">

/** One sample per second, ending in its middle. */
function recorded(seconds: readonly Values[], rest: Partial<Recorded> = {}, cores = 4): Health {
  const samples = seconds.map((values, second) => ({ at: second * 1_000 + 999, values }))
  return { schema: HEALTH_SCHEMA, cores, samples, waits: {}, ...rest }
}

const times = (count: number, values: Values): Values[] => Array.from({ length: count }, () => values)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const window = { from: 0, to: 20_000 }
const RULE = { endpoint: "order", metric: "p95" }

/** Ten good seconds and then ten bad ones. */
function why(bad: readonly Values[], { good = CALM, ...rest }: Partial<Recorded> & { good?: Values } = {}) {
  const health = recorded([...times(10, good), ...bad], rest)
  const seconds = { order: { good: range(0, 10), bad: range(10, 10 + bad.length) } }
  return attribute([RULE], { health, window, seconds })[0]!
}

const always = (values: Values): Values[] => times(10, { ...CALM, ...values })
const without = (...names: string[]): Values =>
  Object.fromEntries(Object.entries(CALM).filter(([name]) => !names.includes(name)))
const DOWNSTREAM = {
  "payments.ms": {
    title: "the payment provider took",
    unit: "ms",
    cause: { what: "the payment provider", from: 300 },
  },
}

describe("known causes", () => {
  it.each<[string, Values[], string | null, string, (Partial<Recorded> & { good?: Values })?]>([
    [
      "an event loop without CPU left",
      always({ "api.cpu": 0.98, "api.loopDelay": 180 }),
      "the API's CPU",
      "it used 1.0 of the 1 core that it may use and its event loop was 180 ms late",
    ],
    [
      "locks",
      always({ "database.active": 12, "database.locks": 9, "api.inFlight": 200 }),
      "locks in the database",
      "9 of 12 active sessions waited for a lock, mostly for Lock: transactionid",
      { waits: { "Lock: transactionid": 30, "Lock: tuple": 4, "IO: WALSync": 90 } },
    ],
    [
      "the pool",
      always({ "api.inFlight": 290, "api.poolWaiting": 180, "api.poolAcquire": 420 }),
      "the API's connections to the database",
      "180 callers waited for one of them, 420 ms each",
    ],
    [
      "a slow service behind the API, which its metrics show",
      always({ "api.inFlight": 200, "payments.ms": 400 }),
      "the payment provider",
      "the payment provider took 400 ms",
      { signals: DOWNSTREAM, good: { ...CALM, "payments.ms": 40 } },
    ],
    [
      "a slow service behind the API, which nothing shows",
      always({ "api.inFlight": 290 }),
      "waiting outside the API's CPU and the database",
      "a lock, a pool or a service that it calls; its metrics do not show which",
    ],
    [
      "garbage collection",
      always({ "api.gc": 0.45, "api.cpu": 0.95, "api.loopDelay": 300 }),
      "garbage collection in the API",
      "it collected garbage 45 % of the time",
    ],
    [
      "the generator",
      always({ "k6.cpu": 3.6, "machine.busy": 1 }),
      "the load generator",
      "k6 used 3.6 of 4 cores",
    ],
    [
      "the disk",
      always({ "database.active": 4, "database.io": 3 }),
      "the database's disk",
      "3 of 4 active sessions waited for it",
    ],
    [
      "somebody else's processes",
      always({ "machine.busy": 1 }),
      "other processes on this machine",
      "processes other than k6, the API, and PostgreSQL used 3.3 of 4 cores",
    ],
    [
      "a machine that is full of ours",
      always({ "machine.busy": 1, "api.cpu": 0.8, "k6.cpu": 1.5, "database.cpu": 1.3 }),
      "this machine's CPU",
      "all 4 cores were busy, k6 with 1.5, the API with 0.8, PostgreSQL with 1.3",
    ],
    [
      "a multi-threaded API within its cores",
      times(10, { ...without("api.loopDelay"), "api.cpu": 1.5, "api.cores": 16 }),
      null,
      "the API used 1.5 of 16 cores",
      { good: { ...without("api.loopDelay"), "api.cores": 16 } },
    ],
    [
      "a multi-threaded API at the end of its cores",
      times(10, { ...without("api.loopDelay"), "api.cpu": 1.9, "api.cores": 2 }),
      "the API's CPU",
      "it used 1.9 of the 2 cores that it may use (in",
      { good: { ...without("api.loopDelay"), "api.cores": 2 } },
    ],
    [
      "an endpoint that sleeps beside one that burns CPU all the time, without overdoing it",
      always({ "api.cpu": 0.7 }),
      null,
      "nothing was saturated",
      { good: { ...CALM, "api.cpu": 0.7 } },
    ],
    [
      "a thread that was full at first, and a disk for most of the time",
      [
        ...times(3, { ...CALM, "api.cpu": 0.97 }),
        ...times(7, { ...CALM, "database.active": 6, "database.io": 5 }),
      ],
      "the database's disk",
      "5 of 6 active sessions waited for it (in 70 % of its bad seconds, 0 % of the good ones)",
    ],
    [
      "what was as full in the good seconds",
      always({ "api.cpu": 0.97 }),
      null,
      "nothing was saturated more often than in its good seconds",
      { good: { ...CALM, "api.cpu": 0.97 } },
    ],
  ])("%s", (...[, bad, what, evidence, rest]) => {
    const cause = why(bad, rest)
    expect(cause.what).toBe(what)
    expect(cause.text).toContain(evidence)
    expect(cause.rule).toBe("order p95")
  })
})

it("takes what was never exported for absent, not for zero", () => {
  const cause = why(times(10, { "api.cpu": 1.5, "machine.busy": 0.3 }), { good: { "api.cpu": 1.5 } })
  expect(cause.what).toBeNull()
  expect(cause.text).not.toContain("event loop")
  expect(cause.text).toContain("the API used 1.5 cores")
})

it("gives each endpoint its own cause", () => {
  const health = recorded([
    ...times(10, CALM),
    ...always({ "database.active": 12, "database.locks": 9 }),
    ...times(10, { ...CALM, "api.cpu": 0.99 }),
  ])
  const seconds = {
    order: { good: [...range(0, 10), ...range(20, 30)], bad: range(10, 20) },
    list: { good: range(0, 20), bad: range(20, 30) },
  }
  const rules = [RULE, { endpoint: "list", metric: "p95" }]
  expect(attribute(rules, { health, window: null, seconds }).map(({ what }) => what)).toEqual([
    "locks in the database",
    "the API's CPU",
  ])
})

it("does not know by one sample, or by none", () => {
  const locked = { ...CALM, "database.active": 12, "database.locks": 9 }
  expect(why([locked])).toEqual({
    rule: "order p95",
    what: null,
    text: "not known: 1 sample of the seconds in which it was slow, too few to tell",
  })
  expect(attribute([RULE], { health: null, window })[0]?.text).toBe("not known: nothing was sampled")
  expect(attribute([], { health: recorded([]), window })).toEqual([])
})

it("takes every second of the load for bad in a run that kept no seconds", () => {
  const health = recorded([...times(10, CALM), ...always({ "api.cpu": 1 })])
  const late = { from: 9_500, to: 20_000 }
  expect(attribute([RULE], { health, window: late })[0]?.what).toBe("the API's CPU")
  expect(attribute([RULE], { health, window: { from: 0, to: 9_000 } })[0]?.what).toBeNull()
})
