import { describe, expect, it } from "vitest"

import { figures, goodEvidence, k6Facts, measurement, sla } from "../../test/fixtures/evidence.ts"
import { judge } from "./judge.ts"

describe("judge", () => {
  it("passes a run that keeps every rule by data that can be trusted", () => {
    expect(judge(goodEvidence())).toEqual({ verdict: "PASS", reasons: [], warnings: [], expectations: [] })
  })

  it("fails a latency over its limit and says by how much", () => {
    const verdict = judge(goodEvidence({ measurement: measurement({ endpoints: [figures({ p95: 231 })] }) }))
    expect(verdict.verdict).toBe("FAIL")
    expect(verdict.reasons).toEqual(["order: p95 was 231 ms, the limit is 200 ms (n = 300)."])
  })

  it("accepts a latency that is exactly the limit", () => {
    expect(
      judge(goodEvidence({ measurement: measurement({ endpoints: [figures({ p95: 200 })] }) })).verdict,
    ).toBe("PASS")
  })

  it("fails one failed request where none may fail, and passes it within an error budget", () => {
    const oneFailed = measurement({ endpoints: [figures({ failed: 1 })] })
    const strict = judge(goodEvidence({ measurement: oneFailed }))
    expect(strict).toMatchObject({ verdict: "FAIL", reasons: ["order: 1 of 300 requests failed; none may."] })
    const budget = { sla: sla({ endpoints: { order: { errorRate: 0.01 } } }), expect: [], scale: 1 }
    expect(judge(goodEvidence({ plan: budget, measurement: oneFailed })).verdict).toBe("PASS")
  })

  it("only warns about a rule of level warn", () => {
    const plan = {
      sla: sla({ endpoints: { order: { p99: { limit: 100, level: "warn" } } } }),
      expect: [],
      scale: 1,
    }
    const verdict = judge(goodEvidence({ plan }))
    expect(verdict.verdict).toBe("PASS")
    expect(verdict.warnings).toEqual(["order: p99 was 120 ms, the limit is 100 ms (n = 300)."])
  })

  it("calls an endpoint without a single sample invalid, never a pass", () => {
    const none = figures({ n: 0, p50: null, p95: null, p99: null, max: null })
    const verdict = judge(goodEvidence({ measurement: measurement({ endpoints: [none] }) }))
    expect(verdict).toMatchObject({
      verdict: "INVALID",
      reasons: ["order: no data, and at least 20 samples must be."],
    })
  })

  it("calls too few samples invalid even when they are slow", () => {
    const few = figures({ n: 19, p95: 900 })
    const verdict = judge(goodEvidence({ measurement: measurement({ endpoints: [few] }) }))
    expect(verdict).toMatchObject({
      verdict: "INVALID",
      reasons: ["order: only 19 samples, and at least 20 must be."],
    })
  })

  it.each([
    ["two counts that differ by more than 0.5 %", { reconciliation: [counts(300, 302)] }, "k6 counted 302"],
    ["lost writes", { k6: k6Facts({ lostWrites: 1 }) }, "refused 1 write"],
    ["dropped iterations", { k6: k6Facts({ droppedIterations: 7 }) }, "dropped 7 iterations"],
    ["a starved generator", { machine: { k6: 0.85, busy: 0.9, steal: 0 } }, "85 % of the CPU"],
    [
      "a generator that hogs a full machine",
      { machine: { k6: 0.6, busy: 0.98, steal: 0 } },
      "60 % of the CPU",
    ],
    [
      "a clock that was set meanwhile",
      { clocks: { target: 0, influx: 0, set: -3_600_000 } },
      "This machine's clock was set 3600.0 s back during the run.",
    ],
    [
      "a script exception",
      { k6: k6Facts({ exitCode: 107, errors: ["Error: boom"] }) },
      "exception in the script: Error: boom",
    ],
    ["a k6 without a summary", { k6: k6Facts({ summary: false }) }, "no summary"],
    ["a script that checks nothing", { k6: k6Facts({ checks: [] }) }, "checked nothing"],
  ])("calls %s invalid", (_, change, reason) => {
    const plan = { sla: sla({ checks: 1 }), expect: [], scale: 1 }
    const verdict = judge(goodEvidence({ plan, measurement: measurement(change) }))
    expect(verdict.verdict).toBe("INVALID")
    expect(verdict.reasons.join("\n")).toContain(reason)
  })

  it("accepts two counts within 0.5 % of each other", () => {
    const close = measurement({ reconciliation: [counts(1_000, 1_004)] })
    expect(judge(goodEvidence({ measurement: close })).verdict).toBe("PASS")
  })

  it("takes a slow run that cannot be trusted for invalid, not for failed", () => {
    const spoilt = measurement({ endpoints: [figures({ p95: 900 })], k6: k6Facts({ lostWrites: 3 }) })
    const verdict = judge(goodEvidence({ measurement: spoilt }))
    expect(verdict.verdict).toBe("INVALID")
    expect(verdict.reasons).toHaveLength(2)
  })

  it("fails a violated invariant however badly they were measured", () => {
    const audit = {
      state: "done",
      ok: false,
      checks: [{ id: "money", title: "money is conserved", violations: 3 }],
      settledAfterMs: 0,
    } as const
    const verdict = judge(goodEvidence({ audit: { ...audit, checks: [...audit.checks] }, measurement: null }))
    expect(verdict.verdict).toBe("FAIL")
    expect(verdict.reasons[0]).toBe("The audit found a violation of money: money is conserved.")
  })

  it("calls an audit that does not answer invalid", () => {
    const verdict = judge(goodEvidence({ audit: { state: "unreachable", text: "GET /audit answered 404" } }))
    expect(verdict).toMatchObject({
      verdict: "INVALID",
      reasons: ["The audit did not answer: GET /audit answered 404."],
    })
  })

  it("keeps a verdict from k6's summary alone when InfluxDB is down, and says so", () => {
    const away = measurement({
      source: "k6",
      influx: { state: "away", text: "ECONNREFUSED" },
      reconciliation: [],
      k6: k6Facts({ lostWrites: 30 }),
    })
    const verdict = judge(goodEvidence({ measurement: away }))
    expect(verdict.verdict).toBe("PASS")
    expect(verdict.warnings).toEqual([
      "InfluxDB did not answer (ECONNREFUSED): the verdict is from k6's summary alone.",
    ])
  })

  it("fails checks that do not hold, by name", () => {
    const checks = [{ name: "total is what was paid", passes: 290, fails: 10 }]
    const plan = { sla: sla({ checks: 1 }), expect: [], scale: 1 }
    const verdict = judge(goodEvidence({ plan, measurement: measurement({ k6: k6Facts({ checks }) }) }))
    expect(verdict.verdict).toBe("FAIL")
    expect(verdict.reasons).toEqual(["10 checks failed: total is what was paid (10); 100 % must hold."])
  })

  it("fails a threshold of the script's own, and does not repeat what the table says", () => {
    const failedThresholds = [
      { metric: "coupon_granted", threshold: "count==100" },
      { metric: "http_req_duration{scenario:sale,name:order}", threshold: "p(95)<=200" },
    ]
    const slow = measurement({
      endpoints: [figures({ p95: 231 })],
      k6: k6Facts({ exitCode: 99, failedThresholds }),
    })
    expect(judge(goodEvidence({ measurement: slow })).reasons).toEqual([
      "order: p95 was 231 ms, the limit is 200 ms (n = 300).",
      "k6's threshold count==100 on coupon_granted failed.",
    ])
  })

  it("judges what was expected of a metric or of a status", () => {
    const expect100 = {
      title: "100 claims are granted",
      level: "fail",
      metric: "granted",
      value: "count",
      equals: 100,
    } as const
    const expectNo500 = {
      title: "nothing breaks",
      level: "fail",
      endpoint: "order",
      status: 500,
      max: 0,
    } as const
    const plan = { sla: sla(), expect: [expect100, expectNo500], scale: 1 }
    const granted = (count: number) => measurement({ k6: k6Facts({ metrics: { granted: { count } } }) })
    expect(judge(goodEvidence({ plan, measurement: granted(100) })).verdict).toBe("PASS")
    expect(judge(goodEvidence({ plan, measurement: granted(101) })).reasons).toEqual([
      "Expected 100 claims are granted: 100, but it was 101.",
    ])
  })

  it("says that a scaled run is not comparable", () => {
    const scaled = judge(goodEvidence({ plan: { sla: sla(), expect: [], scale: 0.1 } }))
    expect(scaled).toMatchObject({ verdict: "PASS" })
    expect(scaled.warnings[0]).toContain("not comparable")
  })

  it("calls a run that came to nothing invalid", () => {
    const verdict = judge({
      ...goodEvidence(),
      measurement: null,
      audit: null,
      stopped: "It was interrupted.",
    })
    expect(verdict).toMatchObject({ verdict: "INVALID", reasons: ["It was interrupted."] })
  })
})

function counts(influxN: number, k6N: number) {
  return { name: "all requests", influxN, k6N, influxP95: 90, k6P95: 90 }
}
