import * as fc from "fast-check"
import { PRODUCTS } from "./shop-model.ts"
import type { Action, Terms } from "./shop-model.ts"

const user = fc.nat({ max: 3 })
// Few keys, so that most are met again, with the same payload or another.
const key = fc.option(fc.constantFrom("k1", "k2"), { nil: undefined, freq: 2 })
const items = fc.array(
  fc.record({ product: fc.nat({ max: PRODUCTS - 1 }), quantity: fc.integer({ min: 1, max: 2 }) }),
  {
    minLength: 1,
    maxLength: 3,
  },
)
const coupon = fc.option(fc.record({ of: user, nth: fc.nat({ max: 1 }) }), { freq: 3 })

const charge = fc.record({
  do: fc.constant("charge" as const),
  user,
  amount: fc.constantFrom(1, 999, 5_000),
  key,
})
const claim = fc.record({ do: fc.constant("claim" as const), user, key })
// What one or two units cost, mostly.
const expected = fc.option(fc.constantFrom(999, 1_000, 1_500, 2_000), { nil: undefined, freq: 2 })
const order = fc.record({ do: fc.constant("order" as const), user, coupon, items, expected, key })
const cancel = fc.record({ do: fc.constant("cancel" as const), of: user, nth: fc.nat({ max: 2 }), key })
const sale = fc.record({
  do: fc.constant("terms" as const),
  product: fc.nat({ max: PRODUCTS - 1 }),
  // Mostly open, so that there is something to sell.
  sale: fc.constantFrom(
    "open" as const,
    "open" as const,
    "open" as const,
    "early" as const,
    "over" as const,
    "closed" as const,
  ),
  limit: fc.option(fc.integer({ min: 1, max: 3 })),
})
const restock = fc.record({
  do: fc.constant("restock" as const),
  product: fc.nat({ max: PRODUCTS - 1 }),
  units: fc.constantFrom(-4, -1, 1, 2),
  key,
})
const arrive = fc.record({ do: fc.constant("arrive" as const), name: fc.constantFrom("anna", "ben", "chen") })

export const trading: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: charge },
  { weight: 2, arbitrary: claim },
  { weight: 4, arbitrary: order },
  { weight: 2, arbitrary: cancel },
  { weight: 1, arbitrary: sale },
  { weight: 1, arbitrary: restock },
)
export const living: fc.Arbitrary<Action> = fc.oneof(
  { weight: 9, arbitrary: trading },
  { weight: 1, arbitrary: arrive },
)

/** Scarce on purpose: most rules are met within a few actions. */
export const terms: fc.Arbitrary<Terms> = fc.record({
  price: fc.constantFrom(999, 1_000),
  stock: fc.integer({ min: 1, max: 6 }),
  couponsPerPolicy: fc.integer({ min: 1, max: 4 }),
  perUserLimit: fc.option(fc.integer({ min: 1, max: 2 })),
  discountAmount: fc.constantFrom(0, 500, 5_000),
  // Exact in binary, so that the model may multiply.
  discountRate: fc.constantFrom(0, 0.125, 1),
})
