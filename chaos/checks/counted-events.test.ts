import { expect, it } from "vitest"

import type { Act } from "../client/effects.ts"
import { createJournal } from "../client/journal.ts"
import type { Attempt } from "../client/webhook-receiver.ts"
import { checkEvents } from "./events.ts"

const answer = (status: number, body: unknown) => ({
  status,
  body: JSON.stringify(body),
  retryAfterS: undefined,
})

const order = (couponId: number | null = null): Act => ({
  kind: "order",
  userId: 1,
  couponId,
  items: [{ productId: 3, quantity: 1 }],
})
const placed = (orderId: number) => answer(201, { orderId, totalAmount: 300 })
const soldOut = answer(409, { code: "OUT_OF_STOCK" })

/** Two coupons and twice the last unit of a product: each was answered before the next was sent. */
function traded() {
  let now = 0
  const journal = createJournal({ now: () => now++ })
  const acts: [Act, ReturnType<typeof answer>][] = [
    [{ kind: "claim", userId: 1, policyId: 5 }, answer(201, {})],
    [{ kind: "claim", userId: 1, policyId: 5 }, answer(201, {})],
    [{ kind: "claim", userId: 1, policyId: 5 }, answer(409, { code: "COUPON_LIMIT_REACHED" })],
    [order(11), placed(7)],
    [order(), soldOut],
    [{ kind: "restock", productId: 3, quantity: 1 }, answer(201, {})],
    [order(), placed(8)],
    [order(), soldOut],
    [order(), soldOut],
  ]
  for (const [index, [act, outcome]] of acts.entries()) {
    journal.note(journal.begin({ ...act, key: `k${index}` }), now, outcome)
  }
  return [...journal.entries()]
}

type Expected = { id: string; type: string; data: Record<string, number>; refused?: boolean }

const grant = (couponId: number): Expected => ({
  id: `grant-${couponId}`,
  type: "coupon.granted",
  data: { couponId, userId: 1, policyId: 5 },
})
const order7: Expected = {
  id: "order-7",
  type: "order.placed",
  data: { orderId: 7, userId: 1, totalAmount: 300, couponId: 11 },
}
const order8: Expected = {
  id: "order-8",
  type: "order.placed",
  data: { orderId: 8, userId: 1, totalAmount: 300 },
}
const gone = (nr: number): Expected => ({
  id: `gone-${nr}`,
  type: "product.sold_out",
  data: { productId: 3 },
})
const refused = (event: Expected): Expected => ({ ...event, refused: true })

function found(events: readonly Expected[]): string[] {
  const entries = traded()
  const attempts = events.map(({ id, refused: isRefused, ...event }, index): Attempt => ({
    id,
    body: JSON.stringify({ id, ...event }),
    turn: index * 2,
    acceptedTurn: isRefused ? undefined : index * 2 + 1,
    signed: true,
  }))
  return checkEvents(entries, attempts, entries).map(({ detail }) => detail)
}

const WHOLE = [grant(11), grant(12), order7, gone(1), order8, gone(2)]

it("nothing is wrong when every coupon and both times that it sold out are sent, once or more often", () => {
  expect(found(WHOLE)).toEqual([])
  expect(found([refused(grant(11)), ...WHOLE, grant(12), gone(2)])).toEqual([])
})

const without = (event: Expected) => WHOLE.filter(({ id }) => id !== event.id)
const GRANTS = "coupon.granted to user 1 by policy 5"

it.each([
  [
    "a coupon is not sent",
    without(grant(12)),
    `${GRANTS} was accepted 1 times, and happened at least 2 times`,
  ],
  [
    "a coupon is only refused",
    [refused(grant(12)), ...without(grant(12))],
    `${GRANTS} was accepted 1 times, and happened at least 2 times`,
  ],
  [
    "a coupon is sent that nobody claimed",
    [...WHOLE, grant(13)],
    `${GRANTS} was sent 3 times, and happened at most 2 times`,
  ],
  [
    "a coupon is sent under two ids",
    [...WHOLE, { ...grant(12), id: "again" }],
    "coupon.granted 12 was sent under the ids grant-12, again",
  ],
  [
    "an order is sent before the coupon that it used",
    [grant(12), order7, grant(11), gone(1), order8, gone(2)],
    "order.placed 7 was sent before coupon.granted 11 was accepted",
  ],
  [
    "a product that sold out twice is sent once",
    without(gone(2)),
    "product.sold_out of product 3 was accepted 1 times, and happened at least 2 times",
  ],
  [
    "a product is reported sold out more often than there were units to sell",
    [...WHOLE, gone(3)],
    "product.sold_out of product 3 was sent 3 times, and happened at most 2 times",
  ],
  [
    "a product is reported sold out that nobody bought",
    [...WHOLE, { ...gone(3), data: { productId: 4 } }],
    "product.sold_out of product 4 was sent 1 times, and happened at most 0 times",
  ],
  [
    "a coupon changes between attempts",
    [...WHOLE, { ...grant(12), data: { ...grant(12).data, discount: 5 } }],
    "coupon.granted 12 was sent in 2 ways",
  ],
])("finds that %s", (_what, events, detail) => {
  expect(found(events).join("\n")).toContain(detail)
})
