import { XmlDocument, XmlElement } from "libxml2-wasm"
import { describe, expect, it } from "vitest"

import { figures, k6Facts, measurement, sla } from "../../test/fixtures/evidence.ts"
import { CLEAN, finishedReport, salePlan } from "../../test/support/reports.ts"
import { renderJunit } from "./junit.ts"
import { composeReport } from "./model.ts"
import type { RunReport } from "./model.ts"

/** What libxml2, which refuses anything that is not well-formed, finds of the cases. */
function casesOf(report: RunReport) {
  using document = XmlDocument.fromString(renderJunit(report))
  return elements(document, "//testcase").map((testcase) => {
    const [problem] = elements(testcase, "failure | error")
    return {
      name: `${testcase.attr("classname")?.value} ${testcase.attr("name")?.value}`,
      outcome: problem?.name ?? "passed",
      message: problem?.attr("message")?.value ?? testcase.content,
      text: problem?.content ?? "",
    }
  })
}

function elements(from: XmlDocument | XmlElement, xpath: string): XmlElement[] {
  return from.find(xpath).filter((node) => node instanceof XmlElement)
}

function attribute(report: RunReport, xpath: string): string | undefined {
  using document = XmlDocument.fromString(renderJunit(report))
  return document.get(xpath)?.content
}

describe("renderJunit", () => {
  it("has a passing case for the run, for every limit and for every invariant", () => {
    const report = finishedReport()
    expect(casesOf(report).map(({ name, outcome }) => `${outcome} ${name}`)).toEqual([
      "passed sale.verdict PASS",
      "passed sale.order p95 <= 200 ms",
      "passed sale.order failed requests <= 0 %",
      "passed sale.order samples >= 20",
      "passed sale.overall p95 <= 200 ms",
      "passed sale.overall failed requests <= 0 %",
      "passed sale.overall samples >= 20",
      "passed sale.checks is 201",
      "passed sale.audit money: money is conserved",
    ])
    expect(attribute(report, "/testsuites/@tests")).toBe("9")
    expect(attribute(report, "/testsuites/@time")).toBe("60.000")
    expect(attribute(report, "//testsuite[@name='sla']/properties/property[@name='run']/@value")).toBe(
      report.runId,
    )
  })

  it("says of a broken limit what was observed, what the limit is and how many were counted", () => {
    const report = finishedReport({
      measured: measurement({ endpoints: [figures({ p95: 231, failed: 3 })] }),
    })
    const failures = casesOf(report).filter(({ outcome }) => outcome === "failure")
    expect(failures.map(({ name, message }) => [name, message])).toEqual([
      ["sale.verdict PASS", "FAIL: order: p95 was 231 ms, the limit is 200 ms (n = 300). (and 1 more)"],
      ["sale.order p95 <= 200 ms", "order: p95 was 231 ms, the limit is 200 ms (n = 300)."],
      ["sale.order failed requests <= 0 %", "order: 3 of 300 requests failed; none may."],
    ])
    expect(failures[0]?.text).toContain("order: 3 of 300 requests failed; none may.")
    expect(attribute(report, "/testsuites/@failures")).toBe("3")
    expect(attribute(report, "//testsuite[@name='sla']/@failures")).toBe("2")
  })

  it("calls what could not be judged an error: an invalid run, and every limit without its samples", () => {
    const few = measurement({ endpoints: [figures({ n: 3, p95: 9 })], k6: k6Facts({ lostWrites: 1 }) })
    const errors = casesOf(finishedReport({ measured: few })).filter(({ outcome }) => outcome === "error")
    expect(errors.map(({ name, message }) => [name, message])).toEqual([
      ["sale.verdict PASS", "INVALID: InfluxDB refused 1 write of k6's points. (and 1 more)"],
      ["sale.order p95 <= 200 ms", "order: no p95, n = 3."],
      ["sale.order samples >= 20", "order: only 3 samples, and at least 20 must be."],
    ])
  })

  it("passes a limit that only warns, and keeps the warning", () => {
    const endpoints = { order: { p99: { limit: 100, level: "warn" as const } } }
    const report = finishedReport({ plan: salePlan({ sla: sla({ endpoints }) }) })
    expect(casesOf(report).find(({ name }) => name.includes("p99"))).toMatchObject({
      outcome: "passed",
      message: expect.stringContaining("Warning: order: p99 was 120 ms"),
    })
  })

  it("has a case for each expectation", () => {
    const expected = { level: "fail", metric: "granted", value: "count", equals: 100 } as const
    const plan = salePlan({ expect: [{ ...expected, title: "claims granted" }] })
    const report = finishedReport({
      plan,
      measured: measurement({ k6: k6Facts({ metrics: { granted: { count: 101 } } }) }),
    })
    expect(casesOf(report)).toContainEqual({
      name: "sale.expectations claims granted: 100",
      outcome: "failure",
      message: "claims granted: 101, but 100 was expected.",
      text: "claims granted: 101, but 100 was expected.",
    })
  })

  it("shows what violates an invariant", () => {
    const checks = [{ id: "money", title: "", violations: [{ userId: 7 }, { userId: 8 }] }]
    const report = finishedReport({ audit: { ...CLEAN, ok: false, checks } })
    const broken = casesOf(report).find(({ name }) => name === "sale.audit money")
    expect(broken).toMatchObject({ outcome: "failure", message: "money: 2 violations." })
    expect(JSON.parse(broken?.text ?? "")).toEqual([{ userId: 7 }, { userId: 8 }])
  })

  it("is an error for a run that broke off before anything was measured", () => {
    const [verdict] = casesOf(composeReport({ plan: salePlan() }))
    expect(verdict).toMatchObject({
      outcome: "error",
      message: "INVALID: The run broke off before it was judged.",
    })
  })

  it("survives names and messages that are hostile to XML", () => {
    const name = `<a href="&'>]]>\u0000\u0008\u001B[31m\uD800\uFFFE\uFFFF é 🛒`
    const report = finishedReport({ measured: measurement({ endpoints: [figures({ name, p95: 231 })] }) })
    const shown = `<a href="&'>]]>\uFFFD\uFFFD\uFFFD[31m\uFFFD\uFFFD\uFFFD é 🛒`
    expect(casesOf(report)).toContainEqual({
      name: `sale.${shown} p95 <= 200 ms`,
      outcome: "failure",
      message: `${shown}: p95 was 231 ms, the limit is 200 ms (n = 300).`,
      text: `${shown}: p95 was 231 ms, the limit is 200 ms (n = 300).`,
    })
  })
})
