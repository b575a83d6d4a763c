import { readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { series, sla, totals } from "../../test/fixtures/evidence.ts"
import { parseSummary } from "../k6/summary.ts"
import { reconcile } from "./reconcile.ts"

const file = join(import.meta.dirname, "../../test/fixtures/k6/handle-summary.json")
const summary = parseSummary(JSON.parse(readFileSync(file, "utf8")))
const plan = {
  k6Scenarios: ["default"],
  phases: null,
  judge: "all" as const,
  expect: [],
  sla: sla({ endpoints: { fast: {}, sold: {}, unknown: {} } }),
}
const how = { plan, histograms: false }
const points: [number, number][] = Array.from({ length: 40 }, (_, index) => [index * 10, 7])
const fast = series(points, { scenario: "default", name: "fast" })
const sold = series(points, { scenario: "default", name: "sold", status: "409", expected: false })

describe("reconcile", () => {
  it("puts the counts and p95s of both witnesses side by side", () => {
    const { rows } = reconcile({ samples: [fast], totals: totals() }, summary, how)
    expect(rows.map(({ name, recordedN, k6N }) => [name, recordedN, k6N])).toEqual([
      ["all requests", 40, 80],
      ["fast", 40, 40],
      ["sold", 0, 40],
    ])
    expect(rows[1]).toMatchObject({ recordedP95: 7, k6P95: expect.any(Number) })
  })

  it("names a p95 that differs although the counts agree", () => {
    const slow = { ...fast, ms: fast.ms.map(() => 9_000) }
    const { problems } = reconcile({ samples: [slow, sold], totals: totals() }, summary, how)
    expect(problems).toEqual(
      expect.arrayContaining([expect.stringMatching(/^fast: p95 was recorded as 9000/)]),
    )
  })

  it("names each count that k6 has otherwise: failures, iterations, checks", () => {
    const other = totals({ iterations: 39, failed: { n: 80, matches: 41 }, checks: [] })
    const { problems } = reconcile({ samples: [fast, sold], totals: other }, summary, how)
    expect(problems).toEqual(
      expect.arrayContaining([
        "41 failed requests were recorded, k6 counted 40.",
        "39 iterations were recorded, k6 counted 40.",
        "0 checks that held were recorded, k6 counted 40.",
        "0 checks that failed were recorded, k6 counted 40.",
      ]),
    )
  })
})
