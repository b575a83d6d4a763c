import { expect, it } from "vitest"

import { recordRun } from "../../test/support/runs.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { correctRun } from "./corrected.ts"

const { plan } = recordRun({ runId: "run", seconds: 1 })

function series(name: string, ms: number[], change: Partial<SampleSeries> = {}): SampleSeries {
  const at = ms.map((_, index) => 1_000 * (index + 1))
  return {
    scenario: "steady",
    phase: "",
    name,
    status: "200",
    expected: true,
    errorCode: "",
    at: Float64Array.from(at),
    ms: Float64Array.from(ms),
    ...change,
  }
}

function k6(iterations: number, med: number) {
  return { iterations, metrics: { iteration_duration: { med } } }
}

const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms)

it("shows what the users of a stalled endpoint did not get to ask", () => {
  // 99 iterations of 100 ms and one answer that took 10 s: 98 requests were never sent.
  const omission = correctRun({
    samples: [series("buy", [...times(99, 50), 10_000])],
    plan,
    hold: null,
    k6: k6(100, 100),
  })
  expect(omission).toMatchObject({
    model: "closed",
    endpoints: [{ name: "buy", intervalMs: 100, added: 99 }],
  })
  const [buy] = omission?.model === "closed" ? omission.endpoints : []
  expect(buy?.p95).toBe(50)
  expect(buy?.correctedP95).toBeGreaterThan(8_000)
})

it("changes nothing where nothing stalled", () => {
  const samples = [series("buy", times(100, 50)), series("shows", times(100, 20))]
  const omission = correctRun({ samples, plan, hold: null, k6: k6(100, 100) })
  expect(omission).toMatchObject({ overall: { added: 0, p95: 50, correctedP95: 50 } })
})

it("expects an endpoint that is called twice in an iteration twice as often", () => {
  const samples = [series("buy", times(100, 50)), series("shows", times(200, 20))]
  const omission = correctRun({ samples, plan, hold: null, k6: k6(100, 100) })
  const intervals = omission?.model === "closed" ? omission.endpoints.map(({ intervalMs }) => intervalMs) : []
  expect(intervals).toEqual([100, 50])
})

it("leaves setup out, and what the plan does not judge", () => {
  const samples = [
    series("seed", [60_000], { scenario: "" }),
    series("buy", [9_000, 50, 50, 50], { at: Float64Array.of(10_000, 5_050, 6_050, 7_050) }),
  ]
  const judged = { ...plan, judge: "hold" as const }
  const omission = correctRun({ samples, plan: judged, hold: { from: 5_000, to: 8_000 }, k6: k6(4, 100) })
  expect(omission).toMatchObject({ overall: { added: 0, p95: 50 }, endpoints: [{ name: "buy" }] })
})

it("says nothing without iterations or requests", () => {
  expect(correctRun({ samples: [], plan, hold: null, k6: k6(10, 100) })).toBeNull()
  const samples = [series("buy", [50])]
  expect(correctRun({ samples, plan, hold: null, k6: { iterations: 0, metrics: {} } })).toBeNull()
})

it("never finds that users waited less than was measured", () => {
  // Half of the answers take longer than a median iteration: what each of them adds is quicker than itself.
  const samples = [series("buy", [...times(60, 10), ...times(60, 100)])]
  const omission = correctRun({ samples, plan, hold: null, k6: k6(120, 11) })
  const [buy] = omission?.model === "closed" ? omission.endpoints : []
  expect(buy?.added).toBeGreaterThan(100)
  expect(buy?.correctedP95).toBe(100)
  expect(buy?.correctedP99).toBe(100)
})
