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

/** A charge, then an order, then its cancellation: each was answered before the next was sent. */
function traded() {
  let now = 0
  const journal = createJournal({ now: () => now++ })
  const acts: [Act, ReturnType<typeof answer>][] = [
    [{ kind: "charge", userId: 1, amount: 500 }, answer(201, {})],
    [{ kind: "order", userId: 1, couponId: null, items: [] }, answer(201, { orderId: 7, totalAmount: 300 })],
    [{ kind: "cancel", userId: 1, orderId: 7 }, answer(200, { orderId: 7, refunded: 300 })],
    [{ kind: "restock", productId: 1, quantity: 1 }, answer(201, {})],
  ]
  for (const [index, [act, outcome]] of acts.entries()) {
    const entry = journal.begin({ ...act, key: `k${index}` })
    journal.note(entry, now, outcome)
  }
  return [...journal.entries()]
}

const CREDITED = { type: "balance.credited", data: { userId: 1, amount: 500, balance: 500 } }
const PLACED = { type: "order.placed", data: { orderId: 7, userId: 1, totalAmount: 300 } }
const CANCELLED = {
  type: "order.cancelled",
  data: { orderId: 7, userId: 1, totalAmount: 300, refunded: 300 },
}

/** Attempts in the order given, each accepted unless it says otherwise. */
const attemptsAt = (
  ...events: ({ type: string; data: object; time?: string } & { attempt?: Partial<Attempt> })[]
) =>
  events.map(({ attempt, ...event }, index): Attempt => ({
    id: JSON.stringify(event).slice(0, 30),
    body: JSON.stringify(event),
    turn: index * 2,
    acceptedTurn: index * 2 + 1,
    signed: true,
    ...attempt,
  }))

const refused = <Event extends object>(event: Event) => ({ ...event, attempt: { acceptedTurn: undefined } })
const found = (attempts: readonly Attempt[]): string[] => {
  const entries = traded()
  return checkEvents(entries, attempts, entries).map(({ detail }) => detail)
}

it("nothing is wrong when each is sent, once or more often, after what came before it", () => {
  expect(
    found(attemptsAt(refused(CREDITED), CREDITED, PLACED, PLACED, refused(CANCELLED), CANCELLED)),
  ).toEqual([])
})

it.each([
  ["is not sent", attemptsAt(CREDITED, PLACED), "order.cancelled 7 was never accepted"],
  [
    "is only refused",
    attemptsAt(CREDITED, PLACED, refused(CANCELLED)),
    "order.cancelled 7 was never accepted",
  ],
  [
    "comes before the one before it",
    attemptsAt(CREDITED, CANCELLED, PLACED),
    "order.cancelled 7 was sent before order.placed 7 was accepted",
  ],
  [
    "is tried before the one before it was accepted",
    attemptsAt(CREDITED, refused(PLACED), refused(CANCELLED), PLACED, CANCELLED),
    "order.cancelled 7 was sent before order.placed 7 was accepted",
  ],
  [
    "has two ids",
    attemptsAt(CREDITED, PLACED, { ...PLACED, attempt: { id: "another" } }, CANCELLED),
    "order.placed 7 was sent under the ids",
  ],
  [
    "changes between attempts",
    attemptsAt(
      CREDITED,
      { ...PLACED, attempt: { id: "x" } },
      { ...PLACED, time: "later", attempt: { id: "x" } },
      CANCELLED,
    ),
    "order.placed 7 was sent in 2 ways",
  ],
  [
    "says another amount",
    attemptsAt(CREDITED, { ...PLACED, data: { ...PLACED.data, totalAmount: 301 } }, CANCELLED),
    "order.placed 7 was sent with 301 of user 1, and answered with 300 of 1",
  ],
  [
    "is about nothing",
    attemptsAt(CREDITED, PLACED, CANCELLED, { type: "order.placed", data: { orderId: 8 } }),
    "order.placed 8 is no effect",
  ],
  [
    "is not signed",
    attemptsAt(CREDITED, PLACED, { ...CANCELLED, attempt: { signed: false, id: "unsigned" } }),
    "unsigned was not signed with the secret",
  ],
])("an event that %s is found", (_what, attempts, detail) => {
  expect(found(attempts).join("\n")).toContain(detail)
})
