import { describe, expect, it } from "vitest"

import { neededBy } from "./promql-names.ts"

describe("neededBy", () => {
  it("finds the metrics and labels of an expression, also around and beside each other", () => {
    expect(
      neededBy('histogram_quantile(0.9, sum by (le, route) (rate(a_bucket{x="1",y=~"2"}[1m]))) / on (z) b'),
    ).toEqual([
      {
        metric: "a_bucket",
        labels: [{ name: "x", value: "1" }, { name: "y" }, { name: "le" }, { name: "route" }, { name: "z" }],
      },
      { metric: "b", labels: [{ name: "z" }] },
    ])
  })

  it("refuses an expression that does not parse", () => {
    expect(() => neededBy("sum by (route (rate(a[1m])))")).toThrow("does not parse")
  })
})
