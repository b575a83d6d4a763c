import { describe, expect, it } from "vitest"

import { checkGrowth, growthOf } from "./growth.ts"

const MB = 1_000_000
const size = (rows: number, bytes = rows * 100) => ({ rows, bytes })

const BEFORE = new Map([
  ["orders", size(1_000_000)],
  ["outbox_events", size(0)],
  ["product_sales", size(30_000)],
  ["users", size(500_000)],
])

/** The tables that are called wrong when these are so afterwards. */
function wrong(changed: Record<string, ReturnType<typeof size>>): string[] {
  const tables = growthOf(BEFORE, new Map([...BEFORE, ...Object.entries(changed)]))
  return checkGrowth(tables).map(({ detail }) => detail)
}

describe("what grows in a soak", () => {
  it.each([
    ["nothing", {}],
    ["orders", { orders: size(1_600_000) }],
    [
      "some bytes of what is written often",
      { users: size(500_000, 70 * MB), outbox_events: size(0, 20 * MB) },
    ],
    ["sums by product and day", { product_sales: size(40_000) }],
  ])("may be %s", (_what, changed) => {
    expect(wrong(changed)).toEqual([])
  })

  it.each([
    ["users", "rows", { users: size(500_001) }],
    ["users", "bytes", { users: size(500_000, 140 * MB) }],
    ["outbox_events", "rows", { outbox_events: size(1) }],
    ["outbox_events", "bytes", { outbox_events: size(0, 40 * MB) }],
    ["product_sales", "rows", { product_sales: size(100_000) }],
    ["orders", "bytes without rows", { orders: size(1_000_000, 300 * MB) }],
    ["a new table", "rows", { "a new table": size(1) }],
  ])("may not be %s: %s", (table, _what, changed) => {
    expect(wrong(changed)).toEqual([expect.stringContaining(`${table} went from`)])
  })
})
