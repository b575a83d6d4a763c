import { describe, expect, it } from "vitest"

import { series, totals } from "../../test/fixtures/evidence.ts"
import type { Witness } from "../influx/witness.ts"
import type { Forwarded } from "../recorder/forward.ts"
import { deliveryText, reconcileInflux } from "./reconcile-influx.ts"

const points: [number, number][] = Array.from({ length: 80 }, (_, index) => [index, index + 1])
const recorded = { samples: [series(points)], totals: totals() }
const DELIVERED: Forwarded = { writes: 1, requests: 80, refused: [], undelivered: null, retries: 0 }
const SAME: Witness = {
  all: { n: 80, p95: 76 },
  endpoints: [],
  failed: 40,
  checks: { passes: 40, n: 80 },
  iterations: 40,
}

function compare(change: Partial<Witness>, merged = 0, forwarded = DELIVERED) {
  const counted = { http_req_duration: merged, iteration_duration: 0, checks: 0 }
  return reconcileInflux(recorded, { ...SAME, ...change }, { forwarded, countMerged: async () => counted })
}

describe("reconcileInflux", () => {
  it("finds nothing where everything agrees", async () => {
    expect(await compare({})).toEqual({ merged: 0, refusedWrites: 0, problems: [], notes: [] })
  })

  it("names points that InfluxDB merged, and only as many as there are", async () => {
    const { merged, notes, problems } = await compare({ all: { n: 79, p95: 76 } }, 1)
    expect({ merged, problems }).toEqual({ merged: 1, problems: [] })
    expect(notes).toEqual(["InfluxDB merged 1 request of 80 with others of equal tags and time."])
    const more = await compare({ all: { n: 78, p95: 76 } }, 1)
    expect(more.problems).toEqual(["InfluxDB has 78 requests, 80 requests were recorded."])
  })

  it.each([
    ["failures", { failed: 39 }, "InfluxDB has 39 failed requests"],
    ["checks", { checks: { passes: 40, n: 79 } }, "InfluxDB has 79 checks"],
    ["iterations", { iterations: 41 }, "InfluxDB has 41 iterations"],
    ["p95", { all: { n: 80, p95: 77 } }, "p95 of all requests is 77.000 ms in InfluxDB, 76.000 ms"],
  ])("finds %s that differ without a reason", async (_, change, text) => {
    const { problems } = await compare(change)
    expect(problems).toEqual([expect.stringContaining(text)])
  })

  it("explains what is missing by the writes that were refused", async () => {
    const refused = [{ status: 413, text: "too large", writes: 1, requests: 30 }]
    const { problems, refusedWrites } = await compare({ all: { n: 50, p95: 40 } }, 0, {
      ...DELIVERED,
      refused,
    })
    expect({ problems, refusedWrites }).toEqual({ problems: [], refusedWrites: 1 })
  })
})

describe("deliveryText", () => {
  const undelivered = { writes: 2, requests: 9, text: "connect ECONNREFUSED", answered: true }

  it("notes a refusal with its answer, and an InfluxDB that went down", () => {
    const refused = [{ status: 401, text: "unauthorized", writes: 3, requests: 120 }]
    expect(deliveryText({ ...DELIVERED, refused, undelivered }).notes).toEqual([
      "InfluxDB refused 3 writes with 120 requests: 401 unauthorized.",
      "InfluxDB did not get 2 writes with 9 requests: connect ECONNREFUSED.",
    ])
  })

  it("trusts nothing where InfluxDB took points without an answer", () => {
    const unanswered = { ...undelivered, text: "no answer in time", answered: false }
    expect(deliveryText({ ...DELIVERED, undelivered: unanswered }).problems).toHaveLength(1)
  })
})
