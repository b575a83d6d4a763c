import { readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { k6Figures } from "./endpoint-metrics.ts"
import { parseSummary } from "./summary.ts"

function recorded(name: string) {
  return parseSummary(
    JSON.parse(readFileSync(join(import.meta.dirname, "../../test/fixtures/k6", name), "utf8")),
  )
}

describe("parseSummary", () => {
  it.each(["handle-summary.json", "summary-export.json", "machine-readable.json"])(
    "reads the same figures from %s",
    (name) => {
      const summary = recorded(name)
      expect(summary.metrics["iterations"]?.values["count"]).toBe(40)
      expect(summary.metrics["http_req_failed"]?.values).toMatchObject({ matches: 40, total: 80, rate: 0.5 })
      expect(summary.checks).toEqual(
        expect.arrayContaining([
          { name: "fast is 200", passes: 40, fails: 0 },
          { name: "sold is 200", passes: 0, fails: 40 },
        ]),
      )
    },
  )

  it.each(["handle-summary.json", "summary-export.json"])("knows in %s which thresholds failed", (name) => {
    const { metrics } = recorded(name)
    expect(metrics["http_req_duration{name:fast}"]?.thresholds).toEqual({ "p(95)<=1000": { ok: true } })
    expect(metrics["http_req_failed{name:sold}"]?.thresholds).toEqual({ "rate<=0": { ok: false } })
  })

  it("tells the three shapes apart", () => {
    const shapes = ["handle-summary.json", "summary-export.json", "machine-readable.json"].map(
      (name) => recorded(name).shape,
    )
    expect(shapes).toEqual(["handleSummary", "summary-export", "machine-readable"])
  })

  it("counts the checks of a script whose system tags leave out the groups", () => {
    const { metrics, checks } = parseSummary({
      root_group: { checks: [], groups: [] },
      state: { testRunDurationMs: 1_000 },
      metrics: { checks: { values: { passes: 38, fails: 2, rate: 0.95 } } },
    })
    expect(metrics["checks"]?.values["total"]).toBe(40)
    expect(checks).toEqual([{ name: "checks of which k6 kept no names", passes: 38, fails: 2 }])
  })

  it("refuses what is no summary", () => {
    expect(() => parseSummary({ hello: 1 })).toThrow("root_group")
  })
})

describe("k6Figures", () => {
  it("finds a sub-metric whatever the order of its tags", () => {
    const summary = recorded("handle-summary.json")
    const renamed = {
      ...summary,
      metrics: { "http_reqs{scenario:s, name:fast}": { values: { count: 3 }, thresholds: {} } },
    }
    expect(k6Figures(renamed, { name: "fast", scenario: "s" })?.n).toBe(3)
  })

  it("knows nothing of an endpoint that no threshold is about", () => {
    expect(k6Figures(recorded("handle-summary.json"), { name: "nobody" })).toBeNull()
  })

  it("gives no p99 where k6 left it out", () => {
    const figures = k6Figures(recorded("machine-readable.json"), { name: "fast" })
    expect(figures).toMatchObject({ n: 40, p99: null })
    expect(figures?.p95).toBeGreaterThan(0)
  })
})
