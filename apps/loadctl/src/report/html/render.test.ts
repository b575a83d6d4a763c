import { createHash } from "node:crypto"

import { HtmlValidate } from "html-validate"
import { describe, expect, it } from "vitest"

import { figures, k6Facts, measurement, series } from "../../../test/fixtures/evidence.ts"
import { CLEAN, finishedReport, salePlan } from "../../../test/support/reports.ts"
import type { Health } from "../../health/model.ts"
import type { Measurement } from "../../stats/model.ts"
import { composeReport } from "../model.ts"
import type { RunReport } from "../model.ts"
import type { RunDetails } from "./details.ts"
import { renderHtml } from "./render.ts"

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // How a document is written is a matter of taste here; what it means is not.
    "attr-quotes": "off",
    "long-title": "off",
    "no-inline-style": "off",
    "no-raw-characters": "off",
    "no-trailing-whitespace": "off",
    "void-style": "off",
  },
})

const HEALTH: Health = {
  schema: "saleproof.metrics/1",
  cores: 2,
  samples: [5_000, 30_000].map((at) => ({ at, values: { "api.cpu": 0.7, "database.active": 3 } })),
  waits: { "Lock: tuple": 7 },
}

type Content = { report: RunReport; details: RunDetails }

/** A minute of orders, two per second, the last of which fail; texts of the run are what the caller says. */
function finishedRun(text = "order", change: Partial<Measurement> = {}): Content {
  const times = Array.from({ length: 120 }, (_, index): [number, number] => [index * 500 + 400, 20 + index])
  const samples = [
    series(times, { name: text }),
    series([[59_000, 900]], { name: text, status: "503", expected: false, errorCode: text }),
    series([[59_500, 900]], { name: text, status: "0", expected: false, errorCode: text }),
  ]
  const measured = measurement({
    hold: { from: 15_000, to: 50_000 },
    endpoints: [figures({ name: text, p95: 231, failed: 2 })],
    reconciliation: [{ name: text, influxN: 122, k6N: 122, influxP95: 231, k6P95: 231 }],
    k6: k6Facts({ checks: [{ name: text, passes: 1, fails: 1 }], errors: [text] }),
    ...change,
  })
  const plan = salePlan({ k6Scenarios: ["sale"], persona: text })
  const audit = { ...CLEAN, ok: false, checks: [{ id: text, title: text, violations: 2 }] }
  const progress = [1, 30, 59].map((elapsedS) => ({
    elapsedS,
    vus: 9,
    maxVus: 9,
    iterations: 1,
    interrupted: 0,
  }))
  return {
    report: finishedReport({ plan, measured, audit }),
    details: { parts: { plan, measurement: measured, health: HEALTH }, samples, progress },
  }
}

function page({ report, details }: Content): string {
  return renderHtml(report, details)
}

describe("renderHtml", () => {
  it("shows the verdict with its reasons, the table, charts, failures, the audit and the manifest", () => {
    const text = page(finishedRun())
    expect(text).toMatch(/<span class="verdict FAIL">FAIL<\/span>/)
    expect(text).toContain("order: p95 was 231 ms, the limit is 200 ms (n = 300).")
    expect(text).toContain('<td class="bad">231</td>')
    const titles = [...text.matchAll(/<b>([^<]+)<\/b><span class="unit">/g)].map(([, title]) => title)
    expect(titles).toEqual([
      "All requests",
      "Requests",
      "Virtual users",
      "order",
      "All requests",
      "order",
      "CPU",
      "Sessions of the database",
    ])
    for (const words of ["HTTP 503", "no answer", "Invariants are violated.", "Lock: tuple"])
      expect(text).toContain(words)
  })

  it("is valid, accessible HTML", async () => {
    const { results } = await validator.validateString(page(finishedRun()))
    expect(
      results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => [ruleId, message])),
    ).toEqual([])
  })

  it("describes every chart in words", () => {
    const text = page(finishedRun())
    const named = [...text.matchAll(/role="img" aria-labelledby="([^"]+)"/g)].map(([, id]) => id)
    expect(named).toHaveLength(text.match(/data-chart="/g)?.length ?? 0)
    for (const id of named) expect(text).toContain(`<figcaption id="${id}">`)
    expect(text).toContain("p95 from 20.9 to 900 ms, over its limit in 1 of 60 seconds")
  })

  it("needs nothing from anywhere, and lets only its own script run", () => {
    const text = page(finishedRun())
    const [, script = ""] = /<script>([\s\S]*?)<\/script>/.exec(text) ?? []
    const hash = createHash("sha256").update(script).digest("base64")
    expect(text).toContain(`default-src &#39;none&#39;; script-src &#39;sha256-${hash}&#39;`)
    expect(text.match(/<script/g)).toHaveLength(1)
    const rest = text.replace(script, "")
    expect(rest).not.toMatch(/<link|<img|<iframe|@import|url\((?!#)|\b(?:src|href|srcset|action)=/i)
    expect(rest).not.toMatch(/\son\w+=/i)
    expect(script).toContain("Copyright (c) 2022 Leon Sorokin")
  })

  it("makes the same page of the same run", () => {
    expect(page(finishedRun())).toBe(page(finishedRun()))
  })

  it("draws the limit, the phases and the lines in colors of either scheme", () => {
    const text = page(finishedRun())
    const [, attribute = ""] = /data-chart="([^"]+)"/.exec(text) ?? []
    const chart: unknown = JSON.parse(attribute.replaceAll("&quot;", '"'))
    expect(chart).toMatchObject({
      kind: "seconds",
      lines: [{ tone: "p99" }, { tone: "p50" }, { tone: "p95" }],
      limit: { value: 200, text: "200 ms" },
      shaded: [{ from: 0, to: 15 }, { from: 50 }],
    })
    for (const name of ["limit", "shade", "p50", "p95", "p99", "line", "faint"])
      expect(text.match(new RegExp(`--${name}: `, "g"))).toHaveLength(2)
  })

  it.each([
    ["markup", `</style></title><script>alert(1)</script><img src=x onerror=alert(1)>`],
    ["attributes", `" onmouseover="alert(1)" x='`],
    ["entities", "&lt;b&gt; &amp; & ]]> <!-- -->"],
    ["a template", "${html} {{x}} $& $1 $' $`"],
  ])("takes %s in names and messages for text", (_, hostile) => {
    const escaped = [
      ["&", "&amp;"],
      ["<", "&lt;"],
      [">", "&gt;"],
      ['"', "&quot;"],
      ["'", "&#39;"],
    ].reduce((text, [from = "", to = ""]) => text.replaceAll(from, to), hostile)
    // The page of a harmless run with its word replaced: nothing but that text is different.
    const word = "harmlessword"
    expect(page(finishedRun(hostile))).toBe(page(finishedRun(word)).replaceAll(word, () => escaped))
  })
})

describe("what a run lacks, its report says instead of drawing nothing", () => {
  it.each([
    [
      "InfluxDB was down",
      { influx: { state: "away", text: "ECONNREFUSED" } },
      "InfluxDB did not answer (ECONNREFUSED)",
    ],
    ["there is no InfluxDB", { influx: { state: "off" } }, "No InfluxDB was configured"],
    ["the requests were not saved", {}, "an earlier version of loadctl kept only the table"],
  ] as const)("%s", (_, change, words) => {
    const run = finishedRun("order", { ...change, window: null })
    const { parts } = run.details
    const measured = parts.measurement && { ...parts.measurement, window: { from: 0, to: 1 } }
    const details = {
      ...run.details,
      samples: null,
      parts: { ...parts, measurement: measured, health: undefined },
    }
    const text = page({ report: run.report, details })
    expect(text).toContain(words)
    expect(text).toContain("Nothing was sampled")
    expect(text).toContain("The requests were not saved, so nothing says how they failed.")
    expect(text).not.toContain("data-chart")
  })

  it("nothing was measured at all", async () => {
    const plan = salePlan()
    const details = { parts: { plan }, samples: null, progress: [] }
    const text = page({ report: composeReport({ plan }), details })
    expect(text).toContain("The run broke off before it was judged.")
    expect(text).toContain("The run did not come to measuring, so there is nothing to draw.")
    expect(text).not.toMatch(/data-chart|<script/)
    const { valid } = await validator.validateString(text)
    expect(valid).toBe(true)
  })

  it("a run of fewer than three points is too short to chart", () => {
    const run = finishedRun("order", { window: { from: 0, to: 3_000 }, hold: null })
    const pageOf = (...times: number[]) => {
      const samples = [series(times.map((at): [number, number] => [at, 9]))]
      return page({ ...run, details: { ...run.details, samples } })
    }
    expect(pageOf(50, 1_500)).toContain("Too short to chart.")
    expect(pageOf(50, 1_500, 2_900)).not.toContain("Too short to chart.")
  })
})
