import { describe, expect, it } from "vitest"

import { figures, goodEvidence, k6Facts, measurement, sla } from "../../test/fixtures/evidence.ts"
import type { K6Facts, Measurement, ThresholdResult } from "../stats/model.ts"
import { judge } from "./judge.ts"

const broken = (metric: string, source: string, value: number | null): ThresholdResult => {
  return { metric, source, value, ok: false }
}

function judged(thresholds: ThresholdResult[], change: Partial<Measurement> = {}, k6: Partial<K6Facts> = {}) {
  return judge(
    goodEvidence({
      measurement: measurement({ k6: k6Facts({ exitCode: 99, thresholds, ...k6 }), ...change }),
    }),
  )
}

describe("the script's own thresholds", () => {
  it.each([
    ["checks", broken("checks", "rate>0.95", 0.5), "rate>0.95 on checks failed: it was 0.5."],
    [
      "a count of requests",
      broken("http_reqs", "count>=1000", 100),
      "count>=1000 on http_reqs failed: it was 100.",
    ],
    [
      "dropped iterations",
      broken("dropped_iterations", "count<10", 96),
      "count<10 on dropped_iterations failed: it was 96.",
    ],
    [
      "a tag",
      broken("http_req_duration{kind:slow}", "p(95)<5", 12.345),
      "on http_req_duration{kind:slow} failed: it was 12.35.",
    ],
    [
      "a figure that k6 does not keep",
      broken("trend", "p(99.9)<5", null),
      "The script's threshold p(99.9)<5 on trend failed.",
    ],
  ])("fail a run that keeps the SLA: %s", (_, threshold, reason) => {
    const plan = { sla: sla({ droppedIterations: 10_000 }), expect: [], scale: 1 }
    const evidence = goodEvidence({
      plan,
      measurement: measurement({ k6: k6Facts({ exitCode: 99, thresholds: [threshold] }) }),
    })
    const { verdict, reasons } = judge(evidence)
    expect(verdict).toBe("FAIL")
    expect(reasons.join()).toContain(reason)
  })

  it("fail it also beside a rule that only warns of the same requests", () => {
    const warned = sla({ overall: { p95: { limit: 50, level: "warn" } } })
    const thresholds = [broken("http_req_duration", "p(95)<=50", 90)]
    const verdict = judge(
      goodEvidence({
        plan: { sla: warned, expect: [], scale: 1 },
        measurement: measurement({ k6: k6Facts({ exitCode: 99, thresholds }) }),
      }),
    )
    expect(verdict).toMatchObject({
      verdict: "FAIL",
      reasons: ["The script's threshold p(95)<=50 on http_req_duration failed: it was 90."],
    })
  })

  it("are not reported again where they are a broken rule of the table word for word", () => {
    const slow = { endpoints: [figures({ p95: 231 })] }
    const same = broken('http_req_duration{name:"order"}', "p(95)<=200", 231)
    expect(judged([same], slow).reasons).toEqual(["order: p95 was 231 ms, the limit is 200 ms (n = 300)."])
    const stricter = broken("http_req_duration{name:order}", "p(95)<=100", 231)
    expect(judged([stricter], slow).reasons).toHaveLength(2)
  })

  it("leave it to the verdict's own rule whether too few samples are a failure", () => {
    const few = { endpoints: [figures({ n: 5 })] }
    expect(judged([broken("http_reqs{name:order}", "count>=20", 5)], few).verdict).toBe("INVALID")
    expect(judged([broken("http_reqs{name:order}", "count>=1000", 5)], few).verdict).toBe("FAIL")
  })

  it("fail it where k6 says 99 and its summary does not say why", () => {
    expect(judged([]).verdict).toBe("FAIL")
  })

  it("cannot fail a run whose measurement is wrong", () => {
    expect(judged([broken("checks", "rate>0.9", 0)], {}, { lostWrites: 2 }).verdict).toBe("INVALID")
  })
})
