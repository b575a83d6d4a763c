import { describe, expect, it } from "vitest"

import { figures } from "../../test/fixtures/evidence.ts"
import type { RuleResult } from "./rules.ts"
import { brokenRule, limitMsText, limitShareText, secondsText } from "./text.ts"
import { figureText } from "./thresholds.ts"

const broken = (metric: RuleResult["metric"], limit: number, actual: number): string =>
  brokenRule(figures({ n: 100, failed: 4 }), { metric, limit, actual, level: "fail", outcome: "fail" })

describe("a broken rule", () => {
  it("shows as many digits as it takes to see that it is broken", () => {
    expect(broken("p95", 200, 231.4)).toContain("p95 was 231 ms, the limit is 200 ms")
    expect(broken("p95", 200, 200.3)).toContain("p95 was 200.3 ms, the limit is 200 ms")
    expect(broken("p50", 0.001, 0.0012)).toContain("p50 was 0.0012 ms, the limit is 0.001 ms")
    expect(broken("rate", 10, 9.97)).toContain("9.97 requests per second, and at least 10 must be")
  })

  it("shows its limit as it is applied", () => {
    expect(broken("p95", 119.6, 122.1)).toContain("p95 was 122 ms, the limit is 119.6 ms")
    expect(broken("errorRate", 0.000001, 0.04)).toContain("4 of 100 requests failed; 0.0001 % may")
    expect(limitMsText(20)).toBe("20.0")
    expect([0, 0.07, 0.9996, 1].map(limitShareText)).toEqual(["none", "7 %", "99.96 %", "100 %"])
  })

  it("shows of a threshold on which side of its limit it is", () => {
    expect(figureText(200.04, "p(95)<200")).toBe("200.04")
    expect(figureText(199.996, "p(95)<200")).toBe("199.996")
    expect(figureText(0.5, "rate>0.95")).toBe("0.5")
    expect(figureText(12.345, "p(95)<5")).toBe("12.35")
  })
})

it("says seconds as people do", () => {
  expect([9.0004, 0.5, 61.4, 1_200].map(secondsText)).toEqual(["9 s", "0.5 s", "61 s", "1,200 s"])
})
