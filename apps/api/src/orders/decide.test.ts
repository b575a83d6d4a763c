import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createDecider } from "./decide.ts"
import type { Decided, OrderCommand, Rows } from "./decide.ts"

type RowsOf = { balance?: number; stock?: number; couponOwner?: number; used?: boolean; expired?: boolean }

/** Users 1 and 2, product 1 at 1,000 won, coupon 1 of 300 won. */
function rows({
  balance = 10_000,
  stock = 10,
  couponOwner = 1,
  used = false,
  expired = false,
}: RowsOf = {}): Rows {
  return {
    users: new Map([
      [1, { balance }],
      [2, { balance }],
    ]),
    products: new Map([[1, { price: 1_000, stock }]]),
    coupons: new Map([[1, { userId: couponOwner, discount: { amount: 300, rateBp: 0 }, used, expired }]]),
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
  users.set(userId, { balance: (users.get(userId)?.balance ?? 0) - decided.placed.total })
  for (const { productId, quantity } of lines) {
    products.set(productId, { price: 1_000, stock: (products.get(productId)?.stock ?? 0) - quantity })
  }
  const coupon = coupons.get(couponId ?? 0)
  if (coupon) coupons.set(1, { ...coupon, used: true })
}
