import type { Entry } from "../client/journal.ts"
import type { DatabaseState } from "./database-state.ts"
import { numbersOf } from "./answer.ts"
import type { Violation } from "./violation.ts"

/** Compares every stock with what was there, was restocked, and was ordered and not cancelled, as it was acknowledged. */
export function checkStock(
  entries: Iterable<Entry>,
  { stocks }: Pick<DatabaseState, "stocks">,
  before: ReadonlyMap<number, number>,
): Violation[] {
  const expected = expectedStocks(entries, before)
  return [...expected]
    .filter(([id, units]) => stocks.get(id) !== units)
    .map(([id, units]) => ({
      check: "stock",
      detail: `product ${id} has ${stocks.get(id)} units, and should have ${units}`,
    }))
}

function expectedStocks(entries: Iterable<Entry>, before: ReadonlyMap<number, number>): Map<number, number> {
  const acknowledged = [...entries].filter(({ outcome }) => outcome === "acknowledged")
  const effects = acknowledged.map(({ effect }) => effect)
  const cancelled = new Set(effects.flatMap((effect) => (effect.kind === "cancel" ? effect.orderId : [])))
  const moved = [
    ...effects.flatMap((effect) => (effect.kind === "restock" ? effect : [])),
    ...acknowledged.flatMap((entry) => (isKept(entry, cancelled) ? takenBy(entry) : [])),
  ]
  const stocks = new Map(before)
  // A product that nobody knew of before has no number of units that could be right.
  for (const { productId, quantity } of moved)
    stocks.set(productId, (stocks.get(productId) ?? Number.NaN) + quantity)
  return stocks
}

const isKept = ({ answer }: Entry, cancelled: ReadonlySet<number>): boolean =>
  answer !== undefined && !cancelled.has(numbersOf(answer).orderId ?? Number.NaN)

const takenBy = ({ effect }: Entry) =>
  effect.kind === "order"
    ? effect.items.map(({ productId, quantity }) => ({ productId, quantity: -quantity }))
    : []
