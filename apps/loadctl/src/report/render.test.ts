import { describe, expect, it } from "vitest"

import { figures, k6Facts, measurement, sla } from "../../test/fixtures/evidence.ts"
import { makePlan } from "../plan/plan.ts"
import { Config } from "../plan/schema.ts"
import { judge } from "../sla/judge.ts"
import type { Measurement } from "../stats/model.ts"
import { jsonText } from "./json.ts"
import { renderJunit } from "./junit.ts"
import { renderMarkdown } from "./markdown.ts"
import { composeReport } from "./model.ts"
import type { RunReport } from "./model.ts"
import { renderText } from "./text.ts"

const config = Config.parse({ target: { url: "http://t" }, script: "a.js", scenarios: { sale: {} } })
const request = { scenario: "sale", variants: [], scale: 1, apiEnv: {} }
const plan = {
  ...makePlan(config, request, { runId: "20261122-181530-sale-3f9a", at: new Date("2026-11-22T18:15:30Z") }),
  sla: sla(),
}
const plain = { color: false, savedIn: ".loadctl/runs/x" }

function reportOf(measured: Measurement): RunReport {
  const audit = { state: "done", ok: true, checks: [], settledAfterMs: 0 } as const
  const verdict = judge({ plan, measurement: measured, audit: { ...audit, checks: [] }, stopped: null })
  return composeReport({
    plan,
    measurement: measured,
    audit: { ...audit, checks: [] },
    verdict: { ...verdict, finishedAt: "2026-11-22T18:16:30.000Z" },
  })
}

describe("renderText", () => {
  it("says where to look when a run did not pass, and not otherwise", () => {
    const slow = measurement({ overall: figures({ name: "overall", p95: 900 }) })
    expect(renderText(reportOf(slow), plain)).toContain(
      "next     loadctl report 20261122-181530-sale-3f9a --format html > report.html shows what happened when",
    )
    expect(renderText(reportOf(measurement()), plain)).not.toContain("next")
    expect(renderText(reportOf(slow), { ...plain, savedIn: null })).not.toContain("next")
  })

  it("says the verdict first and last, with a row for each endpoint in between", () => {
    expect(renderText(reportOf(measurement()), plain)).toBe(`
PASS  sale: 300 iterations, 300 requests, none failed

     endpoint    n  rate/s   p50   p95  p99  max  failed  limit  margin
  ✓  order     300     5.0  40.0  90.0  120  150       0    200    55 %
  ✓  overall   300     5.0  40.0  90.0  120  150       0    200    55 %

  units    milliseconds; rates over all of it; percentiles interpolate as k6 does
  checks   300 of 300 hold
  sources  InfluxDB 300 requests, k6 300 (the same); p95 of all 90.0 and 90.0 ms
  audit    clean, 0 invariants hold
  saved    .loadctl/runs/x

PASS  20261122-181530-sale-3f9a
`)
  })

  it("keeps the columns in line with many rows of very different figures", () => {
    const endpoints = [
      figures(),
      figures({
        name: "a_rather_long_endpoint_name",
        n: 1_234_567,
        rate: 9_876.5,
        p95: 12_345,
        max: 60_000,
        failed: 12,
      }),
      figures({ name: "empty", n: 0, rate: 0, p50: null, p95: null, p99: null, max: null }),
    ]
    const lines = renderText(reportOf(measurement({ endpoints })), plain).split("\n")
    const table = lines.slice(lines.findIndex((line) => line.includes("endpoint ")))
    expect(table.slice(0, 5).map((line) => line.trimEnd())).toEqual([
      "     endpoint                             n   rate/s   p50     p95  p99     max  failed  limit    margin",
      "  ✗  a_rather_long_endpoint_name  1,234,567  9,876.5  40.0  12,345  120  60,000      12    200  −6,073 %",
      "  ?  empty                                0      0.0     –       –    –       –       0    200   no data",
      "  ✓  order                              300      5.0  40.0    90.0  120     150       0    200      55 %",
      "  ✓  overall                            300      5.0  40.0    90.0  120     150       0    200      55 %",
    ])
  })

  it("breaks no number at the end of a narrow terminal's line", () => {
    const endpoints = [figures({ name: "5_create_order", n: 1_234_567, p95: 12_345 })]
    const text = renderText(reportOf(measurement({ endpoints })), { ...plain, columns: 60 })
    const lines = text.split("\n")
    const head = lines.findIndex((line) => line.includes("endpoint "))
    expect(lines.slice(head, head + 2)).toEqual([
      "     endpoint           p95  limit    margin  failed",
      "  ✗  5_create_order  12,345    200  −6,073 %       0",
    ])
    expect(text).toContain("--format markdown, shows every column")
  })

  it("renders a run that never measured anything", () => {
    const text = renderText(composeReport({ plan }), plain)
    expect(text).toContain("INVALID  sale: 0 iterations, 0 requests")
    expect(text).toContain("✗ The run broke off before it was judged.")
    expect(text).toMatch(/\? {2}order\s+0/)
  })

  it("colors only when asked to", () => {
    const report = reportOf(measurement({ endpoints: [figures({ p95: 231 })] }))
    expect(renderText(report, plain)).not.toContain("\u001B[")
    expect(renderText(report, { ...plain, color: true })).toContain("\u001B[")
  })
})

describe("renderMarkdown", () => {
  it("is a heading, the reasons and a table that fits a comment", () => {
    const slow = reportOf(measurement({ endpoints: [figures({ p95: 231 })], k6: k6Facts() }))
    expect(renderMarkdown(slow)).toBe(`### ❌ FAIL: sale: 300 iterations, 300 requests, none failed

- order: p95 was 231 ms, the limit is 200 ms (n = 300).

- Why: order p95: not known: nothing was sampled

|  | endpoint | n | rate/s | p50 | p95 | p99 | max | failed | limit | margin |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| ✗ | order | 300 | 5.0 | 40.0 | 231 | 120 | 150 | 0 | 200 | −16 % |
| ✓ | overall | 300 | 5.0 | 40.0 | 90.0 | 120 | 150 | 0 | 200 | 55 % |

Latencies in ms. Sources: InfluxDB 300 requests, k6 300 (the same); p95 of all 90.0 and 90.0 ms. Audit: clean, 0 invariants hold. Run \`20261122-181530-sale-3f9a\`.
`)
  })
})

describe("jsonText", () => {
  it("is the whole report with its schema", () => {
    const report = reportOf(measurement())
    expect(JSON.parse(jsonText(report))).toEqual(report)
    expect(report).toMatchObject({
      schema: "saleproof.run/1",
      verdict: "PASS",
      endpoints: [{ limit: 200, ok: true }],
    })
  })
})

it("shows of a script's names what a terminal would obey, and begins no heading of Markdown with them", () => {
  const name = "\u001B[2Jlist"
  const checks = [{ name: "sold\n### ✅ PASS", passes: 0, fails: 3 }]
  const endpoints = [figures({ name, p95: 231 })]
  const report = reportOf(measurement({ endpoints, k6: k6Facts({ checks }) }))
  for (const text of [renderText(report, plain), renderMarkdown(report)]) {
    expect(text).not.toContain("\u001B")
    expect(text).not.toMatch(/^\s*### ✅/m)
    expect(text).toContain("␛[2Jlist: p95 was 231 ms")
    expect(text).toContain("The check sold ↵ ### ✅ PASS never held")
  }
  expect(report.endpoints[0]?.name).toBe(name)
})

it("shows the margin of what is judged, where that is corrected for omitted requests", () => {
  const row = { intervalMs: 10, p95: 90, p99: 120, correctedP95: 400, correctedP99: 500, added: 40 }
  const [order, overall] = [
    { ...row, name: "order" },
    { ...row, name: "overall" },
  ]
  const omission = { model: "closed", overall, endpoints: [order] } as const
  const corrected = { ...plan, sla: sla({ latency: "corrected" }) }
  const measured = measurement({ omission: { ...omission, endpoints: [order] } })
  expect(renderText(composeReport({ plan: corrected, measurement: measured }), plain)).toMatch(
    /✗ +order .* 90\.0 .* 200 +−100 %/,
  )
})

it("says once in every format why several limits were broken", () => {
  const text = "this machine's CPU saturated first: all 2 cores were busy"
  const slow = reportOf(measurement({ endpoints: [figures({ p95: 231 })] }))
  const causes = ["order p95", "overall p95"].map((rule) => ({ rule, what: "this machine's CPU", text }))
  const report = { ...slow, causes }
  const sentence = `order p95, overall p95: ${text}`
  expect(renderText(report, plain)).toContain(`  → ${sentence}\n`)
  expect(renderMarkdown(report)).toContain(`- Why: ${sentence}\n`)
  expect(renderJunit(report)).toContain(sentence)
  expect(JSON.parse(jsonText(report))).toMatchObject({ causes })
})
