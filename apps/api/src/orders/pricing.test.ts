import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { priceOrder } from "./pricing.ts"

const lines = fc.array(
  fc.record({
    quantity: fc.integer({ min: 1, max: 1_000 }),
    unitPrice: fc.integer({ min: 0, max: 1_000_000_000 }),
  }),
  { minLength: 1, maxLength: 100 },
)
const coupon = fc.record({
  amount: fc.integer({ min: 0, max: 1_000_000_000_000 }),
  rateBp: fc.integer({ min: 0, max: 10_000 }),
})

describe("the price of an order", () => {
  it("is the sum of price x quantity without a coupon", () => {
    const order = [
      { quantity: 2, unitPrice: 2_000 },
      { quantity: 1, unitPrice: 500 },
    ]
    expect(priceOrder(order, null)).toEqual({ subtotal: 4_500, discount: 0, total: 4_500 })
  })

  it.each([
    { amount: 2_000, rateBp: 0, discount: 2_000 },
    { amount: 9_999, rateBp: 0, discount: 4_999 },
    { amount: 0, rateBp: 1_000, discount: 499 },
    { amount: 2_000, rateBp: 1, discount: 0 },
    { amount: 2_000, rateBp: 10_000, discount: 4_999 },
  ])(
    "of 4,999 is $discount less with $amount won or $rateBp basis points",
    ({ amount, rateBp, discount }) => {
      expect(priceOrder([{ quantity: 1, unitPrice: 4_999 }], { amount, rateBp })).toMatchObject({ discount })
    },
  )

  it("agrees with exact arithmetic and stays between 0 and the subtotal, however large", () => {
    fc.assert(
      fc.property(lines, coupon, (order, { amount, rateBp }) => {
        const { subtotal, discount, total } = priceOrder(order, { amount, rateBp })
        const exact = order.reduce((sum, line) => sum + BigInt(line.quantity) * BigInt(line.unitPrice), 0n)
        const wanted = rateBp > 0 ? (exact * BigInt(rateBp)) / 10_000n : BigInt(amount)
        expect(BigInt(subtotal)).toBe(exact)
        expect(BigInt(discount)).toBe(wanted < exact ? wanted : exact)
        expect(total).toBe(subtotal - discount)
      }),
    )
  })
})
