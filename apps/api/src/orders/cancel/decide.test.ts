import { describe, expect, it } from "vitest"
import { createCancelDecider } from "./decide.ts"
import type { OrderState } from "./decide.ts"

const NOW = Date.parse("2026-11-27T09:00:00Z")
const WINDOW_MS = 1_000

const order = (id: number, own: Partial<OrderState> = {}): OrderState => ({
  id,
  userId: 1,
  couponId: null,
  total: 700,
  createdAt: NOW,
  cancelled: false,
  lines: [{ productId: 1, quantity: 1, limitPeriod: null }],
  ...own,
})

function decideAll(orders: OrderState[], asked: number[], byTill = false) {
  const rows = { orders: new Map(orders.map((own) => [own.id, own])), balances: new Map([[1, 100]]), at: NOW }
  const decide = createCancelDecider(rows, WINDOW_MS)
  return asked.map((orderId) => decide({ orderId, reason: null, byTill }))
}

describe("cancellations decided together", () => {
  it("cancel an order once, and know the balance that each refund leaves", () => {
    expect(decideAll([order(1), order(2)], [1, 1, 2])).toMatchObject([
      { outcome: "cancelled", balanceAfter: 800 },
      { outcome: "repeated" },
      { outcome: "cancelled", balanceAfter: 1_500 },
    ])
  })

  it.each([
    { what: "within the time", createdAt: NOW - WINDOW_MS + 1, byTill: false, outcome: "cancelled" },
    { what: "not when it is over", createdAt: NOW - WINDOW_MS, byTill: false, outcome: "refused" },
    { what: "at any time by a till", createdAt: 0, byTill: true, outcome: "cancelled" },
  ])("are possible $what", ({ createdAt, byTill, outcome }) => {
    expect(decideAll([order(1, { createdAt })], [1], byTill)).toMatchObject([{ outcome }])
  })

  it("repeat what was cancelled before, also when the time is over", () => {
    const old = order(1, { createdAt: 0, cancelled: true })
    expect(decideAll([old], [1])).toMatchObject([{ outcome: "repeated", order: { total: 700 } }])
  })
})
