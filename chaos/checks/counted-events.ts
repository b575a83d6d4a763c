import type { Act } from "../client/effects.ts"
import type { Entry } from "../client/journal.ts"
import type { Attempt } from "../client/webhook-receiver.ts"
import { numbersOf } from "./answer.ts"
import { parseEvent } from "./event-body.ts"

/** How often something was sent: the answers to clients say no more than between which numbers that has to be. */
type Bounds = { least: number; most: number }

/** By what happened, how many events of it were accepted too few: `awaited` are the effects that have to be sent. */
export function missingCounted(awaited: Iterable<Entry>, attempts: readonly Attempt[]): string[] {
  const accepted = countedIds(attempts.filter(({ acceptedTurn }) => acceptedTurn !== undefined))
  return [...boundsOf([...awaited])].flatMap(([name, { least }]) => {
    const delivered = accepted.get(name)?.size ?? 0
    return delivered < least
      ? [`${name} was accepted ${delivered} times, and happened at least ${least} times`]
      : []
  })
}

/** By what happened, how many events of it there are that no effect can have had. */
export function excessCounted(entries: Iterable<Entry>, attempts: readonly Attempt[]): string[] {
  const bounds = boundsOf([...entries])
  return [...countedIds(attempts)].flatMap(([name, { size }]) => {
    const { most } = bounds.get(name) ?? { most: 0 }
    return size > most ? [`${name} was sent ${size} times, and happened at most ${most} times`] : []
  })
}

/** The ids of counted events by what they say. */
function countedIds(attempts: readonly Attempt[]): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>()
  for (const { id, body } of attempts) {
    const { type, numbers } = parseEvent(body)
    const name = countedName(type, numbers)
    if (name !== undefined) ids.set(name, (ids.get(name) ?? new Set()).add(id))
  }
  return ids
}

function countedName(type: string, numbers: Readonly<Record<string, number>>): string | undefined {
  if (type === "coupon.granted") return grantName(numbers.userId, numbers.policyId)
  return type === "product.sold_out" ? soldOutName(numbers.productId) : undefined
}

const grantName = (userId?: number, policyId?: number) =>
  `coupon.granted to user ${userId} by policy ${policyId}`
const soldOutName = (productId?: number) => `product.sold_out of product ${productId}`

function boundsOf(entries: readonly Entry[]): Map<string, Bounds> {
  return new Map([...grants(entries), ...soldOut(entries)])
}

/** Every acknowledged claim is one coupon. */
function grants(entries: readonly Entry[]): Map<string, Bounds> {
  const claims = entries.flatMap(({ effect, outcome }) =>
    effect.kind === "claim" && outcome === "acknowledged" ? grantName(effect.userId, effect.policyId) : [],
  )
  const byName = Map.groupBy(claims, (name) => name)
  return new Map([...byName].map(([name, own]) => [name, { least: own.length, most: own.length }]))
}

function soldOut(entries: readonly Entry[]): Map<string, Bounds> {
  const orders = entries.filter(isOf("order"))
  const ids = new Set(orders.flatMap(({ effect: { items } }) => items.map(({ productId }) => productId)))
  return new Map([...ids].map((id) => [soldOutName(id), soldOutBounds(entries, id)]))
}

/**
 * A product that has not one unit was sold out, once more each time that a unit of it was bought in between; and after
 * the first time only what was put back can sell out again.
 */
function soldOutBounds(entries: readonly Entry[], productId: number): Bounds {
  const orders = entries
    .filter(isOf("order"))
    .filter(({ effect: { items } }) => items.some((item) => item.productId === productId))
  const bought = orders.filter(({ outcome }) => outcome === "acknowledged")
  const empty = orders.filter(({ effect: { items }, answer }) => {
    const isOneUnit = items.length === 1 && items[0]?.quantity === 1
    return isOneUnit && answer !== undefined && /"code":"OUT_OF_STOCK"/.test(answer.body)
  })
  const ids = new Set(bought.map(({ answer }) => answer && numbersOf(answer).orderId))
  const putBack = entries.filter(
    ({ effect, outcome }) =>
      outcome === "acknowledged" &&
      ((effect.kind === "restock" && effect.productId === productId && effect.quantity > 0) ||
        (effect.kind === "cancel" && ids.has(effect.orderId))),
  )
  return { least: turns(empty, bought), most: bought.length === 0 ? 0 : 1 + putBack.length }
}

/** How often the first follows the second, after it once, where each was answered before the next was sent. */
function turns(first: readonly Entry[], second: readonly Entry[]): number {
  let after = -Infinity
  for (let count = 0; ; count++) {
    const end = settledFirst(first, after)
    if (end === Infinity) return count
    after = settledFirst(second, end)
  }
}

const settledFirst = (entries: readonly Entry[], after: number): number =>
  Math.min(...entries.flatMap(({ sentAt, settledAt }) => (sentAt > after && settledAt ? settledAt : [])))

const isOf =
  <K extends Act["kind"]>(kind: K) =>
  (entry: Entry): entry is Entry & { effect: Act & { kind: K } } =>
    entry.effect.kind === kind
