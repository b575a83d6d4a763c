import type { Act, Effect } from "../client/effects.ts"
import type { Entry } from "../client/journal.ts"
import { numbersOf } from "./answer.ts"
import type { StoredOrder, DatabaseState } from "./database-state.ts"
import type { Violation } from "./violation.ts"

type OrderEffect = Effect & { kind: "order" }
type CancelEffect = Effect & { kind: "cancel" }
type RestockEffect = Effect & { kind: "restock" }

/** What was acknowledged and is not in the database, or is there with other figures. */
export function checkAcknowledged(entries: Iterable<Entry>, state: DatabaseState): Violation[] {
  const charges = countBy(state.charges, chargeName)
  const coupons = countBy(state.coupons, couponName)
  const problems: string[] = []
  for (const entry of entries) {
    const { effect, outcome } = entry
    if (outcome !== "acknowledged") continue
    if (effect.kind === "order") problems.push(...orderProblems(effect, entry, state))
    else if (effect.kind === "charge" && !take(charges, chargeName(effect)))
      problems.push(`the charge ${effect.key} of ${effect.amount} is not in the ledger`)
    else if (effect.kind === "claim" && !take(coupons, couponName(effect)))
      problems.push(`the claim ${effect.key} has no coupon`)
    else if (effect.kind === "cancel") problems.push(...cancelProblems(effect, entry, state))
    else if (effect.kind === "restock") problems.push(...restockProblems(effect, state))
  }
  return problems.map((detail) => ({ check: "acknowledged", detail }))
}

function orderProblems(effect: OrderEffect, entry: Entry, state: DatabaseState): string[] {
  const { orderId = -1, totalAmount } = numbersOf(entry.answer ?? { body: "" })
  const stored = state.orders.get(orderId)
  if (!stored) return [`the order ${orderId} (${effect.key}) does not exist`]
  const differing = [
    stored.userId === effect.userId || "user",
    stored.couponId === effect.couponId || "coupon",
    stored.total === totalAmount || "total",
    sameLines(stored, effect) || "lines",
  ].filter((name) => name !== true)
  return differing.length === 0
    ? []
    : [`the order ${orderId} has another ${differing.join(", ")} than acknowledged`]
}

/** An acknowledged cancellation is one refund, of what was paid and what was answered. */
function cancelProblems({ orderId, key }: CancelEffect, entry: Entry, state: DatabaseState): string[] {
  const stored = state.orders.get(orderId)
  const { refunded } = numbersOf(entry.answer ?? { body: "" })
  const paid = stored && stored.total > 0 ? [stored.total] : []
  const isWhole =
    stored?.cancelled === true && stored.total === refunded && String(stored.refunds) === String(paid)
  return isWhole ? [] : [`the order ${orderId} was cancelled (${key}), but not refunded exactly once`]
}

function restockProblems({ key, productId, quantity }: RestockEffect, { restocks }: DatabaseState): string[] {
  const stored = restocks.filter(({ reason }) => reason === key)
  const [first] = stored
  if (stored.length === 1 && first?.productId === productId && first.quantity === quantity) return []
  return [
    `the restock ${key} is ${stored.length} times in the journal, and should be once as it was asked for`,
  ]
}

function sameLines(stored: StoredOrder, { items }: OrderEffect): boolean {
  const wanted = new Map<string, number>()
  for (const { productId, quantity } of items)
    wanted.set(String(productId), (wanted.get(String(productId)) ?? 0) + quantity)
  const lines = Object.entries(stored.lines)
  return lines.length === wanted.size && lines.every(([id, quantity]) => wanted.get(id) === quantity)
}

export const chargeName = ({ userId, amount }: Pick<Act & { kind: "charge" }, "userId" | "amount">) =>
  `${userId}:${amount}`
export const couponName = ({ userId, policyId }: Pick<Act & { kind: "claim" }, "userId" | "policyId">) =>
  `${userId}:${policyId}`

/** How often each name occurs. */
export function countBy<T>(rows: readonly T[], name: (row: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(name(row), (counts.get(name(row)) ?? 0) + 1)
  return counts
}

/** Takes one of that name; false when there is none left. */
export function take(counts: Map<string, number>, name: string): boolean {
  const left = counts.get(name) ?? 0
  if (left > 0) counts.set(name, left - 1)
  return left > 0
}
