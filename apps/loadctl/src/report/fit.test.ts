import { expect, it } from "vitest"

import { fitPairs, fitTable, wrapItem } from "./fit.ts"

const ROWS = [
  ["", "endpoint", "p95", "p99", "rate/s"],
  ["✓", "5_create_order", "1,234.5", "2,345.6", "10,000.1"],
]
const TABLE = { alignment: "LLRRR", leading: 2 }

it("leaves a table as it is that fits", () => {
  expect(fitTable(ROWS, { ...TABLE, width: 60 })).toEqual([
    "   endpoint            p95      p99    rate/s",
    "✓  5_create_order  1,234.5  2,345.6  10,000.1",
  ])
})

it("sets the columns of a wide one below each other, each with the name of its row", () => {
  expect(fitTable(ROWS, { ...TABLE, width: 36 })).toEqual([
    "   endpoint            p95      p99",
    "✓  5_create_order  1,234.5  2,345.6",
    "",
    "   endpoint          rate/s",
    "✓  5_create_order  10,000.1",
  ])
})

it("shows every cell whole, however narrow it gets", () => {
  for (let width = 1; width < 50; width += 1) {
    const text = fitTable(ROWS, { ...TABLE, width }).join("\n")
    for (const cell of ROWS.flat()) expect(text).toContain(cell)
  }
})

it("breaks texts between words and keeps them in their column", () => {
  expect(
    fitPairs(
      [
        ["audit", "clean, 12 invariants hold"],
        ["hold", "60 s"],
      ],
      20,
    ),
  ).toEqual(["audit  clean, 12", "       invariants", "       hold", "hold   60 s"])
  expect(wrapItem("✗", "order: p95 was 1,234 ms", 14)).toEqual(["✗ order: p95", "  was 1,234 ms"])
})
