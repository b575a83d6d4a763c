import type { Entry } from "../client/journal.ts"
import type { Attempt } from "../client/webhook-receiver.ts"
import { numbersOf } from "./answer.ts"
import { excessCounted, missingCounted } from "./counted-events.ts"
import { parseEvent } from "./event-body.ts"
import type { Violation } from "./violation.ts"

/** What the webhook of an experiment receives. */
export const SUBSCRIBED = [
  "balance.credited",
  "order.placed",
  "order.cancelled",
  "coupon.granted",
  "product.sold_out",
] as const

type Expected = { name: string; userId: number; entry: Entry; amount: number }

/**
 * Compares what a webhook received with what clients were answered: each effect once or more often with one id and the
 * same bytes, signed, in the order of its user, and nothing that was acknowledged to nobody. Of
 * those that are `awaited` none may be missing. An answer does not name a coupon or what sold out, so these are counted.
 */
export function checkEvents(
  entries: Iterable<Entry>,
  attempts: readonly Attempt[],
  awaited: Iterable<Entry>,
): Violation[] {
  const expected = expectedEvents(entries)
  const byName = Map.groupBy(attempts, (attempt) => nameOf(attempt))
  const problems = [
    ...attempts.filter(({ signed }) => !signed).map(({ id }) => `${id} was not signed with the secret`),
    ...undelivered(awaited, attempts),
    ...excessCounted(entries, attempts),
    ...[...byName.keys()]
      .filter((name) => !expected.has(name) && !isCounted(name))
      .map((name) => `${name} is no effect`),
    ...[...byName].flatMap(([name, own]) => contentProblems(name, own, expected.get(name))),
    ...orderProblems([...expected.values()], byName),
    ...[...byName].flatMap(([name, own]) => couponProblems(name, own, byName)),
  ]
  return [...new Set(problems)].map((detail) => ({ check: "events", detail }))
}

/** What no accepted attempt is about. */
export function undelivered(awaited: Iterable<Entry>, attempts: readonly Attempt[]): string[] {
  const entries = [...awaited]
  const accepted = new Set(
    attempts.filter(({ acceptedTurn: turn }) => turn !== undefined).map((one) => nameOf(one)),
  )
  const missing = [...expectedEvents(entries).keys()].filter((name) => !accepted.has(name))
  return [...missing.map((name) => `${name} was never accepted`), ...missingCounted(entries, attempts)]
}

/** The acknowledged effects that are delivered, by a name that is also in their event. */
export function expectedEvents(entries: Iterable<Entry>): Map<string, Expected> {
  const expected = new Map<string, Expected>()
  for (const entry of entries) {
    const { effect, outcome, answer } = entry
    if (outcome !== "acknowledged" || !answer) continue
    const { orderId, totalAmount = Number.NaN, refunded = Number.NaN } = numbersOf(answer)
    // No two charges of a user have the same amount.
    if (effect.kind === "charge") add(`balance.credited ${effect.userId} ${effect.amount}`, effect.amount)
    if (effect.kind === "order") add(`order.placed ${orderId}`, totalAmount)
    if (effect.kind === "cancel") add(`order.cancelled ${effect.orderId}`, refunded)
    function add(name: string, amount: number): void {
      if ("userId" in effect) expected.set(name, { name, userId: effect.userId, entry, amount })
    }
  }
  return expected
}

function nameOf({ id, body }: Attempt): string {
  const { type, numbers } = parseEvent(body)
  if (type === "balance.credited") return `${type} ${numbers.userId} ${numbers.amount}`
  if (type === "coupon.granted") return grantOf(numbers.couponId)
  // A product may sell out again, which nothing but its id tells apart.
  return type === "product.sold_out" ? `${type} ${id}` : `${type} ${numbers.orderId}`
}

const grantOf = (couponId?: number) => `coupon.granted ${couponId}`

const isCounted = (name: string) => /^(coupon\.granted|product\.sold_out) /.test(name)

/** Attempts at one effect are one event, which says what the client was answered. */
function contentProblems(
  name: string,
  attempts: readonly Attempt[],
  expected: Expected | undefined,
): string[] {
  const ids = new Set(attempts.map(({ id }) => id))
  const bodies = new Set(attempts.map(({ body }) => body))
  if (ids.size > 1) return [`${name} was sent under the ids ${[...ids].join(", ")}`]
  if (bodies.size > 1) return [`${name} was sent in ${bodies.size} ways`]
  const [body = ""] = bodies
  const { amount, totalAmount, refunded, userId } = parseEvent(body).numbers
  const said = refunded ?? totalAmount ?? amount
  if (!expected || (said === expected.amount && userId === expected.userId)) return []
  return [
    `${name} was sent with ${said} of user ${userId}, and answered with ${expected.amount} of ${expected.userId}`,
  ]
}

/** What was acknowledged before something of the same user was asked for is accepted before that is first sent. */
function orderProblems(
  expected: readonly Expected[],
  byName: ReadonlyMap<string, readonly Attempt[]>,
): string[] {
  return [...Map.groupBy(expected, ({ userId }) => userId).values()].flatMap((own) =>
    own.flatMap((later) => {
      const firstTurn = Math.min(...(byName.get(later.name) ?? []).map(({ turn }) => turn))
      const early = own.find(
        ({ name, entry }) =>
          (entry.settledAt ?? Infinity) < later.entry.sentAt && acceptedTurn(byName.get(name)) > firstTurn,
      )
      return early ? [`${later.name} was sent before ${early.name} was accepted`] : []
    }),
  )
}

/** An order is sent after the coupon that it used. */
function couponProblems(
  name: string,
  attempts: readonly Attempt[],
  byName: ReadonlyMap<string, readonly Attempt[]>,
): string[] {
  const { type, numbers } = parseEvent(attempts[0]?.body ?? "{}")
  if (type !== "order.placed" || numbers.couponId === undefined) return []
  const grant = grantOf(numbers.couponId)
  const isEarly = attempts.some(({ turn }) => turn < acceptedTurn(byName.get(grant)))
  return isEarly ? [`${name} was sent before ${grant} was accepted`] : []
}

const acceptedTurn = (attempts: readonly Attempt[] = []): number =>
  Math.min(...attempts.map(({ acceptedTurn: turn = Infinity }) => turn))
