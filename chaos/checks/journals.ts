import type { Act, Effect } from "../client/effects.ts"
import type { HttpOutcome } from "../client/http.ts"
import { createJournal } from "../client/journal.ts"
import type { DatabaseState } from "./database-state.ts"

export const CHARGE: Act = { kind: "charge", userId: 1, amount: 500 }
export const ORDER: Act = {
  kind: "order",
  userId: 1,
  couponId: null,
  items: [
    { productId: 2, quantity: 1 },
    { productId: 1, quantity: 1 },
    { productId: 2, quantity: 2 },
  ],
}
export const CLAIM: Act = { kind: "claim", userId: 1, policyId: 9 }
export const STORED_ORDER = {
  orderId: 70,
  userId: 1,
  couponId: null,
  total: 800,
  lines: { 1: 1, 2: 3 },
  cancelled: false,
  refunds: [],
}
export const COUPON = { couponId: 5, userId: 1, policyId: 9, claimId: "c", claimedAt: 0 }

export const empty: DatabaseState = {
  orders: new Map(),
  charges: [],
  coupons: [],
  restocks: [],
  stocks: new Map(),
  committedAt: new Map(),
}
export const full: DatabaseState = {
  ...empty,
  orders: new Map([[70, STORED_ORDER]]),
  charges: [{ userId: 1, amount: 500 }],
  coupons: [COUPON],
}

export const answer = (status: number, body: unknown): HttpOutcome => ({
  status,
  body: JSON.stringify(body),
  retryAfterS: undefined,
})

/** A journal of effects, each with the outcomes of its attempts. */
export function journalOf(...sent: [Act, ...HttpOutcome[]][]) {
  let now = 0
  const journal = createJournal({ now: () => now })
  for (const [index, [act, ...outcomes]] of sent.entries()) {
    const effect: Effect = { ...act, key: `k${index}` }
    const entry = journal.begin(effect)
    for (const outcome of outcomes) {
      const sentAt = now
      now += 10
      journal.note(entry, sentAt, outcome)
    }
  }
  return journal
}
