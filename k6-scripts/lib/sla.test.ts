import { DEFAULT_MIN_SAMPLES as LOADCTL_MIN_SAMPLES } from "@saleproof/sla/resolve.ts"
import { describe, expect, it } from "vitest"

import { DEFAULT_MIN_SAMPLES, DEFAULT_SLA, limitsByEndpoint, parseSla, thresholdsFor } from "./sla.ts"

describe("thresholds", () => {
  it("say each limit in k6's words, inclusive", () => {
    const limits = { p50: 50, p95: 200, p99: 400, max: 1_000, errorRate: 0.01, minSamples: 30 }
    expect(thresholdsFor("name:5_create_order", limits)).toEqual({
      "http_req_duration{name:5_create_order}": ["p(50)<=50", "p(95)<=200", "p(99)<=400", "max<=1000"],
      "http_req_failed{name:5_create_order}": ["rate<=0.01"],
      "http_reqs{name:5_create_order}": ["count>=30"],
    })
  })

  it("never let an empty selection pass, even without a limit", () => {
    expect(thresholdsFor("scenario:smoke", {})).toMatchObject({ "http_reqs{scenario:smoke}": ["count>=20"] })
  })

  it("ask for as many samples as loadctl does where the SLA does not say", () => {
    expect(DEFAULT_MIN_SAMPLES).toBe(LOADCTL_MIN_SAMPLES)
  })

  it("only ask k6 to measure what is a warning", () => {
    expect(thresholdsFor("name:x", { p95: 200, errorRate: 0, severity: "warn" })).toEqual({
      "http_req_duration{name:x}": [],
      "http_req_failed{name:x}": [],
      "http_reqs{name:x}": [],
    })
  })
})

describe("limits by endpoint", () => {
  it("are those of every endpoint, with an endpoint's own laid over", () => {
    const sla = { endpoints: { "*": { p95: 200, errorRate: 0 }, order: { p95: 300 } } }
    expect(limitsByEndpoint(sla, ["user", "order"])).toEqual({
      user: { p95: 200, errorRate: 0 },
      order: { p95: 300, errorRate: 0 },
    })
  })

  it("include an endpoint that only the SLA knows, so that its absence fails", () => {
    expect(limitsByEndpoint({ endpoints: { refund: { p95: 1 } } }, ["user"])).toHaveProperty("refund")
  })

  it("are 200 ms and no failure for everything by default", () => {
    expect(limitsByEndpoint(DEFAULT_SLA, ["user"])).toEqual({
      user: { p95: 200, errorRate: 0, minSamples: 1 },
    })
    expect(DEFAULT_SLA.overall).toEqual({ p95: 200, errorRate: 0, minSamples: 1 })
  })
})

describe("SLA_JSON", () => {
  it("is read as it is", () => {
    const sla = { overall: { p95: 100 }, endpoints: { "*": { severity: "warn", max: 5 } } }
    expect(parseSla(JSON.stringify(sla))).toEqual(sla)
  })

  it("is refused with everything that is wrong", () => {
    const wrong = { overall: { p95: "200ms", p96: 1 }, endpoints: { order: { severity: "info", max: -1 } } }
    expect(() => parseSla(JSON.stringify(wrong))).toThrow(
      'overall.p95 is a number from 0, overall.p96 is not a limit, order.severity is "fail" or "warn", order.max is a number from 0',
    )
  })
})
