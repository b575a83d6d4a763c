import { expect, it } from "vitest"

import { nearest } from "./nearest.ts"

it.each([
  ["order_refusedd", ["order_created", "order_refused"], "order_refused"],
  ["Checkout", ["checkout", "cart"], "checkout"],
  ["refund", ["shows", "buy"], null],
  ["ab", ["xy"], null],
  ["anything", [], null],
])("takes %s of %j for %s", (name, known, meant) => {
  expect(nearest(name, known)).toBe(meant)
})
