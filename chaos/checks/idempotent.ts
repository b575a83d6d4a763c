import type { Act, Effect, Kind } from "../client/effects.ts"
import type { Entry } from "../client/journal.ts"
import { chargeName, countBy, couponName, take } from "./acknowledged.ts"
import { numbersOf } from "./answer.ts"
import type { DatabaseState } from "./database-state.ts"
import type { Violation } from "./violation.ts"

/** What the database hold beyond what was acknowledged: done twice, or done although it was refused. */
export function checkIdempotent(entries: Iterable<Entry>, state: DatabaseState): Violation[] {
  const acknowledged = [...entries].filter(({ outcome }) => outcome === "acknowledged")
  const orders = countBy(acknowledged.filter(isOf("order")), ({ answer }) =>
    String(numbersOf(answer ?? { body: "" }).orderId),
  )
  const effects = acknowledged.map(({ effect }) => effect)
  const charges = countBy(effects.filter(isKind("charge")), chargeName)
  const claims = countBy(effects.filter(isKind("claim")), couponName)
  const cancelled = new Set(effects.filter(isKind("cancel")).map(({ orderId }) => orderId))
  const restocked = new Set<string | null>(effects.filter(isKind("restock")).map(({ key }) => key))
  const problems = [
    ...state.restocks
      .filter(({ reason }) => !restocked.has(reason))
      .map(({ productId, reason }) => `the restock ${reason} of ${productId} was acknowledged to no client`),
    ...[...state.orders.values()]
      .filter((order) => (order.cancelled || order.refunds.length > 0) && !cancelled.has(order.orderId))
      .map(({ orderId }) => `the cancellation of order ${orderId} was acknowledged to no client`),
    ...[...orders]
      .filter(([, times]) => times > 1)
      .map(([id]) => `the order ${id} was acknowledged to two keys`),
    ...[...state.orders.keys()]
      .filter((id) => !orders.has(String(id)))
      .map((id) => `the order ${id} was acknowledged to no client`),
    ...state.charges
      .filter((charge) => !take(charges, chargeName(charge)))
      .map(({ userId, amount }) => `a charge of ${amount} to user ${userId} was acknowledged to no client`),
    ...state.coupons
      .filter((coupon) => !take(claims, couponName(coupon)))
      .map(
        ({ couponId, userId }) => `the coupon ${couponId} of user ${userId} was acknowledged to no client`,
      ),
  ]
  return problems.map((detail) => ({ check: "once", detail }))
}

const isOf = (kind: Kind) => (entry: Entry) => entry.effect.kind === kind

const isKind =
  <K extends Act["kind"]>(kind: K) =>
  (effect: Effect): effect is Effect & { kind: K } =>
    effect.kind === kind
