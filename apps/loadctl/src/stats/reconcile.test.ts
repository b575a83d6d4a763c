import { readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { series, sla } from "../../test/fixtures/evidence.ts"
import { parseSummary } from "../k6/summary.ts"
import { measureSummary, reconcile } from "./reconcile.ts"

const recorded = join(import.meta.dirname, "../../test/fixtures/k6/handle-summary.json")
const summary = parseSummary(JSON.parse(readFileSync(recorded, "utf8")))
const plan = {
  k6Scenarios: ["default"],
  phases: null,
  judge: "all" as const,
  expect: [],
  sla: sla({ endpoints: { fast: {}, sold: {}, unknown: {} } }),
}

describe("reconcile", () => {
  it("puts the counts and p95s of both witnesses side by side", () => {
    const points: [number, number][] = Array.from({ length: 40 }, (_, index) => [index * 10, 7])
    const fast = series(points, { scenario: "default", name: "fast" })
    const rows = reconcile([fast], summary, plan)
    expect(rows.map(({ name, influxN, k6N }) => [name, influxN, k6N])).toEqual([
      ["all requests", 40, 80],
      ["fast", 40, 40],
      ["sold", 0, 40],
    ])
    expect(rows[1]).toMatchObject({ influxP95: 7, k6P95: expect.any(Number) })
  })
})

describe("measureSummary", () => {
  it("makes the table from k6's summary when there is no InfluxDB", () => {
    const { overall, endpoints } = measureSummary(summary, plan)
    expect(overall).toMatchObject({ n: 80, failed: 40 })
    expect(endpoints.map(({ name, n, failed }) => [name, n, failed])).toEqual([
      ["fast", 40, 0],
      ["sold", 40, 40],
      ["unknown", 0, 0],
    ])
  })
})
