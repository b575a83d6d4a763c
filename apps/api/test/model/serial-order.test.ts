import { expect, it } from "vitest"
import { serialOrder } from "./serial-order.ts"
import type { Action } from "./actions.ts"
import { newModel } from "./shop-model.ts"

const terms = {
  price: 1_000,
  stock: 1,
  funds: 0,
  couponsPerPolicy: 1,
  perUserLimit: null,
  discountAmount: 500,
  discountRate: 0,
}
const charge: Action = { do: "charge", user: 0, amount: 1_000 }
const order: Action = { do: "order", user: 0, coupon: null, items: [{ product: 0, quantity: 1 }] }
const refused = { action: order, outcome: { code: "INSUFFICIENT_BALANCE" } }
const charged = { action: charge, outcome: { code: "created", value: 1_000 } }
const placed = { action: order, outcome: { code: "created", value: 1_000 } }

it("finds the order that explains the answers", () => {
  const found = serialOrder(newModel(terms, ["anna"]), [placed, refused, charged], () => true)
  expect(found?.at(-2)).toBe(charged)
  expect(found?.at(-1)).toBe(placed)
})

it("finds none for two orders that had the last unit, and none that ends otherwise than the shop did", () => {
  const rich = newModel(terms, ["anna"])
  rich.balances[0] = 9_000
  expect(serialOrder(rich, [placed, placed], () => true)).toBeUndefined()
  expect(serialOrder(rich, [placed], ({ products }) => products[0]?.stock === 1)).toBeUndefined()
})
