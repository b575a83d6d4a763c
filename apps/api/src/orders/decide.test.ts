import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { defined } from "../../test/support/defined.ts"
import { createDecider } from "./decide.ts"
import type { Decided, OrderCommand, Rows } from "./decide.ts"
import { purchaseKey } from "./sale-terms.ts"
import type { SaleTerms } from "./sale-terms.ts"

type RowsOf = {
  balance?: number
  stock?: number
  couponOwner?: number
  used?: boolean
  expired?: boolean
  bought?: number
} & Partial<SaleTerms>

const NOW = Date.parse("2026-11-27T09:00:00Z")
const NO_TERMS: SaleTerms = { startsAt: null, endsAt: null, maxPerUser: null, limitPeriod: 0, closed: false }

/** Users 1 and 2, product 1 at 1,000 won of which user 1 bought some, coupon 1 of 300 won. */
function rows({
  balance = 10_000,
  stock = 10,
  couponOwner = 1,
  used = false,
  expired = false,
  bought = 0,
  ...terms
}: RowsOf = {}): Rows {
  return {
    users: new Map([
      [1, { balance }],
      [2, { balance }],
    ]),
    products: new Map([[1, { price: 1_000, stock, ...NO_TERMS, ...terms }]]),
    coupons: new Map([[1, { userId: couponOwner, discount: { amount: 300, rateBp: 0 }, used, expired }]]),
    purchases: new Map(bought > 0 ? [[purchaseKey(1, 1), bought]] : []),
    at: NOW,
  }
}

function order({
  userId = 1,
  couponId = null as number | null,
  productId = 1,
  quantity = 1,
} = {}): OrderCommand {
  return { userId, couponId, lines: [{ productId, quantity }] }
}

const decideOrders = (orders: OrderCommand[], known: Rows) => {
  const decide = createDecider(known)
  return orders.map((one) => decide(one))
}

const codes = (decided: Decided<OrderCommand>[]) =>
  decided.map((one) => (one.outcome === "placed" ? "PLACED" : one.refused.code))

describe("orders decided together", () => {
  it("sell the last unit to the one that came first", () => {
    expect(codes(decideOrders([order({ userId: 2 }), order()], rows({ stock: 1 })))).toEqual([
      "PLACED",
      "OUT_OF_STOCK",
    ])
  })

  it("spend a balance once, and leave it to a smaller order behind one that was too dear", () => {
    const decided = decideOrders(
      [order({ quantity: 3 }), order({ quantity: 2 }), order()],
      rows({ balance: 2_000 }),
    )
    expect(codes(decided)).toEqual(["INSUFFICIENT_BALANCE", "PLACED", "INSUFFICIENT_BALANCE"])
  })

  it("use a coupon once", () => {
    expect(codes(decideOrders([order({ couponId: 1 }), order({ couponId: 1 }), order()], rows()))).toEqual([
      "PLACED",
      "COUPON_USED",
      "PLACED",
    ])
  })

  it("leave a coupon to the next order when the first one fails", () => {
    expect(
      codes(
        decideOrders([order({ couponId: 1, quantity: 99 }), order({ couponId: 1 })], rows({ balance: 700 })),
      ),
    ).toEqual(["INSUFFICIENT_BALANCE", "PLACED"])
  })

  it("know the balance that each of them leaves", () => {
    const decided = decideOrders([order(), order({ userId: 2 }), order({ couponId: 1 })], rows())
    expect(decided.map((one) => one.outcome === "placed" && one.placed.balanceAfter)).toEqual([
      9_000, 9_000, 8_300,
    ])
  })

  it.each([
    { what: "an unknown user", command: order({ userId: 3 }), code: "USER_NOT_FOUND" },
    { what: "an unknown product", command: order({ productId: 2 }), code: "PRODUCT_NOT_FOUND" },
    { what: "an unknown coupon", command: order({ couponId: 2 }), code: "COUPON_NOT_FOUND" },
    {
      what: "another's coupon",
      command: order({ couponId: 1 }),
      known: { couponOwner: 2 },
      code: "COUPON_NOT_OWNED",
    },
    { what: "a used coupon", command: order({ couponId: 1 }), known: { used: true }, code: "COUPON_USED" },
    {
      what: "an expired coupon",
      command: order({ couponId: 1 }),
      known: { expired: true },
      code: "COUPON_EXPIRED",
    },
  ])("refuse $what", ({ command, known, code }) => {
    expect(codes(decideOrders([command], rows(known)))).toEqual([code])
  })

  it.each([
    { what: "from its start on", terms: { startsAt: NOW }, code: "PLACED" },
    { what: "not before its start", terms: { startsAt: NOW + 1 }, code: "SALE_NOT_OPEN" },
    { what: "before its end", terms: { endsAt: NOW + 1 }, code: "PLACED" },
    { what: "not at its end", terms: { endsAt: NOW }, code: "SALE_OVER" },
    { what: "not in a sale without an instant", terms: { startsAt: NOW, endsAt: NOW }, code: "SALE_OVER" },
    { what: "not while it is closed", terms: { closed: true, startsAt: NOW + 1 }, code: "SALE_OVER" },
    { what: "up to the limit", terms: { maxPerUser: 3, bought: 2 }, code: "PLACED" },
    { what: "not above the limit", terms: { maxPerUser: 2, bought: 2 }, code: "LIMIT_REACHED" },
    {
      what: "not above a limit that was lowered",
      terms: { maxPerUser: 1, bought: 2 },
      code: "LIMIT_REACHED",
    },
  ])("sell a product $what", ({ terms, code }) => {
    expect(codes(decideOrders([order()], rows(terms)))).toEqual([code])
  })

  it("say when a sale begins, and how many a user may have", () => {
    const [early] = decideOrders([order()], rows({ startsAt: NOW + 1_000 }))
    expect(early).toMatchObject({
      refused: { extra: { productId: 1, startsAt: "2026-11-27T09:00:01.000Z" } },
    })
    const [many] = decideOrders([order({ quantity: 3 })], rows({ maxPerUser: 2 }))
    expect(many).toMatchObject({ refused: { extra: { productId: 1, maxPerUser: 2 } } })
  })

  it("count the units of one user together, and those of another apart", () => {
    const orders = [order({ quantity: 2 }), order(), order({ userId: 2, quantity: 2 }), order({ userId: 2 })]
    expect(codes(decideOrders(orders, rows({ maxPerUser: 2 })))).toEqual([
      "PLACED",
      "LIMIT_REACHED",
      "PLACED",
      "LIMIT_REACHED",
    ])
  })

  it("buy at the expected total alone, after the discount", () => {
    const [right, wrong] = decideOrders(
      [
        { ...order({ couponId: 1 }), expectedTotal: 700 },
        { ...order(), expectedTotal: 999 },
      ],
      rows(),
    )
    expect(right?.outcome).toBe("placed")
    expect(wrong).toMatchObject({ refused: { code: "PRICE_CHANGED", extra: { totalAmount: 1_000 } } })
  })

  it("do not change the rows that they were decided from", () => {
    const known = rows()
    decideOrders([order({ couponId: 1, quantity: 5 })], known)
    expect(known).toEqual(rows())
  })

  it("come out as if they were decided one by one", () => {
    const orders = fc.array(
      fc.record({
        userId: fc.constantFrom(1, 2, 3),
        couponId: fc.constantFrom(null, null, 1),
        lines: fc.constantFrom([{ productId: 1, quantity: 1 }], [{ productId: 1, quantity: 3 }]),
      }),
      { maxLength: 20 },
    )
    const setup = fc.record({
      balance: fc.integer({ min: 0, max: 9_000 }),
      stock: fc.integer({ min: 0, max: 20 }),
    })
    fc.assert(
      fc.property(orders, setup, (commands, start) => {
        const known = rows(start)
        const alone = commands.flatMap((command) => {
          const decided = decideOrders([command], known)
          for (const one of decided) settle(known, one)
          return decided
        })
        expect(decideOrders(commands, rows(start))).toEqual(alone)
      }),
    )
  })
})

/** What a commit would leave of the rows, worked out from the decision alone. */
function settle({ users, products, coupons }: Rows, decided: Decided<OrderCommand>) {
  if (decided.outcome !== "placed") return
  const { userId, couponId, lines } = decided.order
  users.set(userId, { balance: defined(users.get(userId)).balance - decided.placed.total })
  for (const { productId, quantity } of lines) {
    const product = defined(products.get(productId))
    products.set(productId, { ...product, stock: product.stock - quantity })
  }
  if (couponId !== null) coupons.set(couponId, { ...defined(coupons.get(couponId)), used: true })
}
