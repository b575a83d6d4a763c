import { HtmlValidate } from "html-validate"
import { expect, it } from "vitest"

import type { Sheet } from "../sheet/model.ts"
import { renderIndexHtml } from "./index-page.ts"
import { renderSheetHtml } from "./sheet.ts"

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    "attr-quotes": "off",
    "no-raw-characters": "off",
    "no-trailing-whitespace": "off",
    "void-style": "off",
  },
})

const SHEET: Sheet = {
  label: "WORSE",
  tone: "bad",
  title: "checkout <b>",
  heading: "checkout",
  sections: [
    { kind: "list", items: [{ tone: "bad", mark: "✗", text: "order: p95 is worse." }] },
    {
      kind: "table",
      columns: ["endpoint", "base", "candidate"],
      alignment: "LRR",
      rows: [{ tone: "bad", mark: "✗", cells: ["order", "1,200", "2,400"] }],
    },
    { kind: "table", columns: ["only"], alignment: "L", rows: [], only: "markdown" },
    { kind: "facts", pairs: [["base", "A, B"]] },
    { kind: "heading", text: "More" },
  ],
}

it("shows a comparison as one page that needs nothing", async () => {
  const page = renderSheetHtml(SHEET)
  expect(page).toContain('<span class="verdict FAIL">WORSE</span>')
  expect(page).toContain("checkout &lt;b&gt;")
  expect(page).toContain('<td class="bad">2,400</td>')
  expect(page).not.toMatch(/<script|only/)
  const { results } = await validator.validateString(page)
  expect(results.flatMap(({ messages }) => messages.map(({ message }) => message))).toEqual([])
})

it("lists runs with the way to their pages, where there are pages", () => {
  const run = {
    scenario: "sale",
    persona: "A",
    variants: [],
    scale: 1,
    settings: ["RATE=50"],
    startedAt: "",
    commit: null,
  }
  const runs = [
    { ...run, runId: "2", verdict: "FAIL" as const, requests: 13_220, failed: 1_322, p95: 1_234 },
    { ...run, runId: "1", verdict: "PASS" as const, requests: 1, failed: 0, p95: null },
  ]
  const page = renderIndexHtml({ schema: "saleproof.runs/1", runs, trends: [] }, new Set(["2"]))
  expect(page).toContain("2 runs, 1 of them pass")
  expect(page.match(/<a href="[^"]+"/g)).toEqual(['<a href="2/report.html"'])
  expect(page).toContain('<td class="bad">1,322</td>')
})
