import type { Entry } from "../client/journal.ts"
import type { Attempt } from "../client/webhook-receiver.ts"
import { numbersOf } from "./answer.ts"
import type { Violation } from "./violation.ts"

/** What the webhook of an experiment is told. */
export const TOLD = ["balance.credited", "order.placed", "order.cancelled"] as const

type Told = { name: string; userId: number; entry: Entry; amount: number }

/**
 * Compares what a webhook was told with what clients were answered: each effect once or more often with one id and the
 * same bytes, signed, in the order of its user, and nothing that was acknowledged to nobody. Of
 * those that are `awaited` none may be missing.
 */
export function checkEvents(
  entries: Iterable<Entry>,
  attempts: readonly Attempt[],
  awaited: Iterable<Entry>,
): Violation[] {
  const told = toldEffects(entries)
  const byName = Map.groupBy(attempts, (attempt) => nameOf(attempt))
  const problems = [
    ...attempts.filter(({ signed }) => !signed).map(({ id }) => `${id} was not signed with the secret`),
    ...missingEvents(toldEffects(awaited), attempts).map((name) => `${name} was never accepted`),
    ...[...byName.keys()].filter((name) => !told.has(name)).map((name) => `${name} is no effect`),
    ...[...byName].flatMap(([name, own]) => contentProblems(name, own, told.get(name))),
    ...orderProblems([...told.values()], byName),
  ]
  return [...new Set(problems)].map((detail) => ({ check: "events", detail }))
}

/** The effects that no accepted attempt is about. */
export function missingEvents(told: ReadonlyMap<string, unknown>, attempts: readonly Attempt[]): string[] {
  const accepted = new Set(
    attempts.filter(({ acceptedTurn }) => acceptedTurn !== undefined).map((one) => nameOf(one)),
  )
  return [...told.keys()].filter((name) => !accepted.has(name))
}

/** The acknowledged effects that are told, by a name that is also in their event. */
export function toldEffects(entries: Iterable<Entry>): Map<string, Told> {
  const told = new Map<string, Told>()
  for (const entry of entries) {
    const { effect, outcome, answer } = entry
    if (outcome !== "acknowledged" || !answer) continue
    const { orderId, totalAmount = Number.NaN, refunded = Number.NaN } = numbersOf(answer)
    // No two charges of a user have the same amount.
    if (effect.kind === "charge") add(`balance.credited ${effect.userId} ${effect.amount}`, effect.amount)
    if (effect.kind === "order") add(`order.placed ${orderId}`, totalAmount)
    if (effect.kind === "cancel") add(`order.cancelled ${effect.orderId}`, refunded)
    function add(name: string, amount: number): void {
      if ("userId" in effect) told.set(name, { name, userId: effect.userId, entry, amount })
    }
  }
  return told
}

type EventBody = { type: string; numbers: Readonly<Record<string, number>> }

function parse(body: string): EventBody {
  const { type, data }: { type?: unknown; data?: unknown } = Object(JSON.parse(body))
  return { type: String(type), numbers: numbersOf({ body: JSON.stringify(data ?? null) }) }
}

function nameOf({ body }: Attempt): string {
  const { type, numbers } = parse(body)
  return type === "balance.credited"
    ? `${type} ${numbers.userId} ${numbers.amount}`
    : `${type} ${numbers.orderId}`
}

/** Attempts at one effect are one event, which says what the client was answered. */
function contentProblems(name: string, attempts: readonly Attempt[], told: Told | undefined): string[] {
  const ids = new Set(attempts.map(({ id }) => id))
  const bodies = new Set(attempts.map(({ body }) => body))
  if (ids.size > 1) return [`${name} was told under the ids ${[...ids].join(", ")}`]
  if (bodies.size > 1) return [`${name} was told in ${bodies.size} ways`]
  const [body = ""] = bodies
  const { amount, totalAmount, refunded, userId } = parse(body).numbers
  const said = refunded ?? totalAmount ?? amount
  if (!told || (said === told.amount && userId === told.userId)) return []
  return [
    `${name} was told with ${said} of user ${userId}, and answered with ${told.amount} of ${told.userId}`,
  ]
}

/** What was acknowledged before something of the same user was asked for is accepted before that is first told. */
function orderProblems(told: readonly Told[], byName: ReadonlyMap<string, readonly Attempt[]>): string[] {
  return [...Map.groupBy(told, ({ userId }) => userId).values()].flatMap((own) =>
    own.flatMap((later) => {
      const firstTurn = Math.min(...(byName.get(later.name) ?? []).map(({ turn }) => turn))
      const early = own.find(
        ({ name, entry }) =>
          (entry.settledAt ?? Infinity) < later.entry.sentAt && acceptedTurn(byName.get(name)) > firstTurn,
      )
      return early ? [`${later.name} was told before ${early.name} was accepted`] : []
    }),
  )
}

const acceptedTurn = (attempts: readonly Attempt[] = []): number =>
  Math.min(...attempts.map(({ acceptedTurn: turn = Infinity }) => turn))
