import { describe, expect, it } from "vitest"

import { figures, goodEvidence, k6Facts, measurement, sla } from "../../test/fixtures/evidence.ts"
import type { Figures, Measurement } from "../stats/model.ts"
import { judge } from "./judge.ts"
import { judgeRows } from "./rows.ts"

const BETWEEN = { p50: [35, 45], p95: [80, 230], p99: [100, null] } as const

function judged(change: Partial<Measurement>, rule?: Parameters<typeof sla>[0]) {
  return judge(
    goodEvidence({ plan: { sla: sla(rule), expect: [], scale: 1 }, measurement: measurement(change) }),
  )
}

describe("a limit within a percentile's interval", () => {
  const close = { endpoints: [figures({ interval: BETWEEN, over: { p95: 9 } })] }

  it("makes its row close, which leaves a PASS a PASS", () => {
    expect(judged(close)).toMatchObject({ verdict: "PASS", reasons: [] })
    const { endpoints, overall } = judgeRows(measurement(close), sla())
    expect(endpoints[0]?.rules.map(({ metric, close: isClose }) => [metric, isClose])).toContainEqual([
      "p95",
      true,
    ])
    expect(overall.rules.some((rule) => rule.close)).toBe(false)
  })

  it("makes a run INVALID that has to be decided, and says how many samples would do", () => {
    const { verdict, reasons } = judged(close, { decide: "confident" })
    expect(verdict).toBe("INVALID")
    expect(reasons).toEqual([
      "order: p95 of 90.0 ms is too close to the limit of 200 ms: with 95 % confidence it is between 80.0 and 230 ms (n = 300). About 460 samples like these would decide.",
    ])
  })

  it("makes it INVALID also when the percentile is over the limit, and not when the whole interval is", () => {
    const over = (p95: NonNullable<Figures["interval"]>) => ({
      endpoints: [figures({ p95: 231, interval: p95, over: { p95: 20 } })],
    })
    expect(judged(over(BETWEEN), { decide: "confident" }).verdict).toBe("INVALID")
    expect(judged(over({ ...BETWEEN, p95: [210, 260] }), { decide: "confident" }).verdict).toBe("FAIL")
    expect(judged(over(BETWEEN)).verdict).toBe("FAIL")
  })
})

describe("latencies that are corrected for omitted requests", () => {
  const row = { intervalMs: 10, p95: 8, p99: 9, correctedP95: 2_404, correctedP99: 2_900, added: 400 }
  const omission = {
    model: "closed",
    overall: { ...row, name: "overall" },
    endpoints: [{ ...row, name: "order" }],
  } as const

  it("are judged where the SLA says so", () => {
    const change = { omission: { ...omission, endpoints: [...omission.endpoints] } }
    expect(judged(change).verdict).toBe("PASS")
    expect(judged(change, { latency: "corrected" })).toMatchObject({
      verdict: "FAIL",
      reasons: [
        "overall: p95 was 2,404 ms, the limit is 200 ms (n = 300). Corrected for omitted requests; 90.0 ms were measured.",
        "order: p95 was 2,404 ms, the limit is 200 ms (n = 300). Corrected for omitted requests; 90.0 ms were measured.",
      ],
    })
  })

  it("are the measured ones in an open model, and unknown where the model is", () => {
    expect(judged({ omission: { model: "open" } }, { latency: "corrected" }).verdict).toBe("PASS")
    expect(judged({ omission: null }, { latency: "corrected" }).verdict).toBe("INVALID")
  })
})

describe("an empty row", () => {
  const none = figures({ n: 0, p50: null, p95: null, p99: null, max: null })

  it("is INVALID whatever minSamples says, and says what was seen instead", () => {
    const seen = { scenarios: { sale: 300 }, names: { orders: 300 }, phases: { "": 300 } }
    const { verdict, reasons } = judged(
      { endpoints: [none], seen },
      { endpoints: { order: { minSamples: 0 } } },
    )
    expect(verdict).toBe("INVALID")
    expect(reasons).toEqual([
      "order: no data, and at least 1 sample must be. Did you mean orders? There are these endpoints: orders.",
    ])
  })

  it("owes nothing when it was only seen outside of what is judged", () => {
    const other = figures({ name: "login", n: 0, p50: null, p95: null, p99: null, max: null })
    expect(judged({ endpoints: [figures(), other] }).verdict).toBe("PASS")
  })

  it("is INVALID for a whole run, with the scenarios or phases that there were", () => {
    const overall = figures({ name: "overall", n: 0, p50: null, p95: null, p99: null, max: null })
    const nothing = (scenarios: Record<string, number>, plan: object) =>
      judge({
        ...goodEvidence({
          measurement: measurement({ overall, seen: { scenarios, names: {}, phases: { evening: 9 } } }),
        }),
        plan: { sla: sla({ endpoints: {} }), expect: [], scale: 1, k6Scenarios: ["default"], ...plan },
      }).reasons.join("\n")
    expect(nothing({ visitors: 2_040, "": 1 }, {})).toContain(
      "No request has the scenario default. There are: visitors (2,040 requests), setup or teardown (1 request)",
    )
    expect(nothing({ default: 9 }, { judge: "hold" })).toContain(
      "The script's phase tags are: evening (9 requests).",
    )
    expect(nothing({}, {})).toContain("No request was made.")
  })
})

it("fails a broken limit although part of the planned load was dropped or some rows are unknown", () => {
  const overload = { endpoints: [figures({ p95: 652 })], k6: k6Facts({ droppedIterations: 120 }) }
  expect(judged(overload)).toMatchObject({
    verdict: "FAIL",
    reasons: [
      "order: p95 was 652 ms, the limit is 200 ms (n = 300).",
      "k6 dropped 120 iterations: the planned load was not offered.",
    ],
  })
  const starved = { ...overload, machine: { k6: 0.9, busy: 1, steal: 0 } }
  expect(judged(starved).verdict).toBe("INVALID")
})
