import { expect, it } from "vitest"

import { ownThresholds } from "./own-thresholds.ts"
import type { K6Summary } from "./summary.ts"

function summary(metrics: K6Summary["metrics"]): K6Summary {
  return { shape: "handleSummary", metrics, checks: [], durationMs: null }
}

it("shows each threshold of the script with its value", () => {
  const metrics = {
    checks: { values: { rate: 0.5, matches: 5, total: 10 }, thresholds: { "rate>0.95": { ok: false } } },
    "http_req_duration{kind:slow}": {
      values: { med: 3, p95: 7 },
      thresholds: { "p(95)<5": { ok: false }, "p(50)<=5": { ok: true }, "p(99.9)<9": { ok: true } },
    },
  }
  expect(ownThresholds(summary(metrics), { http_reqs: ["count>=1"] })).toEqual([
    { metric: "checks", source: "rate>0.95", value: 0.5, ok: false },
    { metric: "http_req_duration{kind:slow}", source: "p(50)<=5", value: 3, ok: true },
    { metric: "http_req_duration{kind:slow}", source: "p(95)<5", value: 7, ok: false },
    { metric: "http_req_duration{kind:slow}", source: "p(99.9)<9", value: null, ok: true },
  ])
})

it("gives them in one order, whatever order k6 wrote them in", () => {
  const rate = { values: { rate: 1 }, thresholds: { "rate>0.9": { ok: true }, "rate>0.5": { ok: true } } }
  const found = ownThresholds(summary({ http_reqs: rate, checks: rate }), {})
  expect(found.map(({ metric, source }) => `${metric} ${source}`)).toEqual([
    "checks rate>0.5",
    "checks rate>0.9",
    "http_reqs rate>0.5",
    "http_reqs rate>0.9",
  ])
})

it("leaves out those that loadctl gave to k6 itself", () => {
  const metrics = { http_reqs: { values: { count: 0 }, thresholds: { "count>=1": { ok: false } } } }
  expect(ownThresholds(summary(metrics), { http_reqs: ["count>=1"] })).toEqual([])
  expect(ownThresholds(summary(metrics), { http_reqs: ["count>=1"], checks: ["rate>=0"] })).toHaveLength(1)
  expect(ownThresholds(summary(metrics), {})).toHaveLength(1)
})
