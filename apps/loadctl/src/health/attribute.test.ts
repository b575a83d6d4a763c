import { describe, expect, it } from "vitest"

import { attribute } from "./attribute.ts"
import { HEALTH_SCHEMA } from "./model.ts"
import type { Health, HealthSample } from "./model.ts"

type Values = HealthSample["values"]

const CALM: Values = {
  "api.cpu": 0.3,
  "api.loopDelay": 12,
  "api.inFlight": 8,
  "database.active": 1,
  "k6.cpu": 0.2,
  "machine.busy": 0.4,
}

/** A second each: calm at first, then whatever happens. */
function recorded(seconds: readonly Values[], waits: Health["waits"] = {}): Health {
  const samples = seconds.map((values, second) => ({
    at: (second + 1) * 1_000,
    values: { ...CALM, ...values },
  }))
  return { schema: HEALTH_SCHEMA, cores: 2, samples, waits }
}

const window = { from: 0, to: 6_000 }
const lately = (values: Values) => [{}, {}, values, values, values, values]
const why = (health: Health | null) => attribute(["order p95"], health, window)[0]

describe("attribute", () => {
  it.each<[string, { values: Values; waits?: Health["waits"] }, string]>([
    [
      "the API's one thread",
      { values: { "api.cpu": 0.98, "api.loopDelay": 180, "machine.busy": 0.8 } },
      "the API's one thread saturated first: it used 1.0 cores and its event loop was 180 ms late (from second 3, 67 % of the time)",
    ],
    [
      "locks in the database",
      {
        values: { "database.active": 12, "database.locks": 9 },
        waits: { "Lock: transactionid": 30, "Lock: tuple": 4, "IO: WALSync": 90 },
      },
      "locks in the database saturated first: 9 of 12 active sessions waited for a lock, mostly for Lock: transactionid (from second 3, 67 % of the time)",
    ],
    [
      "the database's disk",
      { values: { "database.active": 4, "database.io": 3 }, waits: { "IO: WalSync": 9 } },
      "the database's disk saturated first: 3 of 4 active sessions waited for it, mostly for IO: WalSync (from second 3, 67 % of the time)",
    ],
    [
      "the load generator",
      { values: { "k6.cpu": 1.7, "machine.busy": 1 } },
      "the load generator saturated first: k6 used 1.7 of 2 cores (from second 3, 67 % of the time)",
    ],
    [
      "this machine's CPU",
      {
        values: {
          "machine.busy": 0.99,
          "api.cpu": 0.8,
          "k6.cpu": 0.7,
          "worker.cpu": 0.1,
          "database.cpu": 0.4,
        },
      },
      "this machine's CPU saturated first: all 2 cores were busy, k6 with 0.7, the API 0.8, the worker 0.1, PostgreSQL 0.4, others 0.0 (from second 3, 67 % of the time)",
    ],
    [
      "a lock or a pool in front of the database",
      { values: { "api.inFlight": 290, "database.active": 1 } },
      "a lock or a pool in front of the database saturated first: 290 requests were under way while the API used 0.3 cores and 1.0 sessions of the database were active (from second 3, 67 % of the time)",
    ],
    [
      "the queue of orders",
      { values: { "api.orderWait": 120, "api.batchSize": 32, "database.active": 3 } },
      "the queue of orders saturated first: a batch waited 120 ms for its turn, with 32 orders in each (from second 3, 67 % of the time)",
    ],
    [
      "the queue of orders",
      {
        values: {
          "api.orderWait": 120,
          "api.batchSize": 32,
          "api.ordersQueued": 48,
          "api.commit": 95,
          "database.active": 3,
        },
      },
      "the queue of orders saturated first: a batch waited 120 ms for its turn, with 32 orders in each, 48 more waiting; its transaction took 95 ms (from second 3, 67 % of the time)",
    ],
    [
      "the API's connections to the database",
      {
        values: { "api.inFlight": 290, "api.poolWaiting": 180, "api.poolAcquire": 420, "api.poolBusy": 20 },
      },
      "the API's connections to the database saturated first: 180 callers waited for one of them, 420 ms each, and 20 were in use (from second 3, 67 % of the time)",
    ],
    [
      "a lock in front of the database",
      { values: { "api.inFlight": 290, "database.active": 1, "api.poolWaiting": 0 } },
      "a lock in front of the database saturated first: 290 requests were under way while the API used 0.3 cores and 1.0 sessions of the database were active (from second 3, 67 % of the time)",
    ],
  ])("names %s, with the evidence", (what, { values, waits }, text) => {
    expect(why(recorded(lately(values), waits))).toEqual({ rule: "order p95", what, text })
  })

  it("names what came first, not what it led to", () => {
    const locked = { "database.active": 10, "database.locks": 8 }
    const late = { ...locked, "api.cpu": 0.95 }
    expect(why(recorded([{}, locked, locked, late, late, late]))?.what).toBe("locks in the database")
    expect(why(recorded([{}, { "api.cpu": 0.95 }, late, late, late, late]))?.what).toBe(
      "the API's one thread",
    )
  })

  it("does not take a hiccup for a reason", () => {
    const health = recorded([{}, { "api.loopDelay": 300 }, {}, {}, {}, {}])
    expect(why(health)).toEqual({
      rule: "order p95",
      what: null,
      text: "not known: nothing was saturated; the machine was 40 % busy, the API used 0.3 cores, its event loop was 60 ms late, 1 sessions of the database were active",
    })
  })

  it("does not know without samples, and does not ask without a broken rule", () => {
    expect(why(null)?.text).toBe("not known: nothing was sampled")
    expect(attribute([], recorded([]), window)).toEqual([])
  })

  it("looks only at the seconds in which there was load", () => {
    const before = recorded([{ "api.cpu": 1 }, { "api.cpu": 1 }, {}, {}, {}, {}])
    expect(attribute(["order p95"], before, { from: 2_500, to: 6_000 })[0]?.what).toBeNull()
  })
})
