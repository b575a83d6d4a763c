import { expect, it } from "vitest"

import { failureTest } from "./failure-test.ts"

it("finds nothing where nothing failed", () => {
  expect(failureTest({ n: 1_000, failed: 0 }, { n: 1_000, failed: 0 })).toBe(1)
})

it("gives the binomial probability for failures on one side only", () => {
  // All ten on one of two equal sides: 2 · 0.5^10.
  expect(failureTest({ n: 500, failed: 0 }, { n: 500, failed: 10 })).toBeCloseTo(2 / 1024, 12)
})

it("takes the sizes of the sides into account", () => {
  expect(failureTest({ n: 1_000, failed: 10 }, { n: 3_000, failed: 30 })).toBeGreaterThan(0.9)
})

it("does not underflow with thousands of failures", () => {
  expect(failureTest({ n: 50_000, failed: 2_500 }, { n: 50_000, failed: 2_500 })).toBeCloseTo(1, 6)
  expect(failureTest({ n: 50_000, failed: 2_000 }, { n: 50_000, failed: 3_000 })).toBeLessThan(1e-9)
})

it("has nothing to say without requests", () => {
  expect(failureTest({ n: 0, failed: 0 }, { n: 10, failed: 1 })).toBeNull()
  expect(failureTest({ n: 10, failed: 1 }, { n: 0, failed: 0 })).toBeNull()
})

it("is certain of a side on which everything failed", () => {
  expect(failureTest({ n: 100, failed: 0 }, { n: 100, failed: 100 })).toBeLessThan(1e-20)
})
