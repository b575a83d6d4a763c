import { array, assert, double, nat, property } from "fast-check"
import { expect, it } from "vitest"

import { poolBlocks, weightedQuantile } from "./pool.ts"
import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

const blocks = array(array(double({ min: 0, max: 10_000, noNaN: true }), { maxLength: 150 }), {
  minLength: 1,
  maxLength: 6,
})

it("agrees with sorting the repeated blocks, whatever they hold", () => {
  assert(
    property(
      blocks,
      array(nat(3), { minLength: 6, maxLength: 6 }),
      double({ min: 0, max: 1, noNaN: true }),
      (blocks, weights, q) => {
        const repeated = sortNumbers(
          blocks.flatMap((block, index) => Array.from({ length: weights[index] ?? 0 }, () => block).flat()),
        )
        const found = weightedQuantile(poolBlocks(blocks), weights, q)
        expect(found ?? -1).toBeCloseTo(repeated ? quantile(repeated, q) : -1, 9)
      },
    ),
  )
})

it("has no quantile without values or without weight", () => {
  expect(weightedQuantile(poolBlocks([]), [], 0.5)).toBeNull()
  expect(weightedQuantile(poolBlocks([[]]), [1], 0.5)).toBeNull()
  expect(weightedQuantile(poolBlocks([[1, 2]]), [0], 0.5)).toBeNull()
})

it("gives the only value for every quantile", () => {
  const pool = poolBlocks([[7]])
  expect([0, 0.5, 1].map((q) => weightedQuantile(pool, [1], q))).toEqual([7, 7, 7])
})
