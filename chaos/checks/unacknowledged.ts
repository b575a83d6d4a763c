import { rowIdentity } from "@saleproof/api/idempotency/identity.ts"

import { KINDS } from "../client/effects.ts"
import type { Kind } from "../client/effects.ts"
import type { Entry } from "../client/journal.ts"
import type { DatabaseState } from "./database-state.ts"
import type { Violation } from "./violation.ts"

/** What the API calls them where keys of two operations must not meet. */
const OPERATIONS = { charge: "charge", order: "orders" } as const

/** What one injection left committed without an answer, by kind. */
export type Unacknowledged = { at: number; counts: Record<Kind, number> }

/**
 * Effects that were in the database before their attempt ended without an answer, by the injection that came before.
 * `injections` are times in ms since the epoch, ascending.
 */
export function countUnacknowledged(
  entries: Iterable<Entry>,
  state: DatabaseState,
  injections: readonly number[],
): Unacknowledged[] {
  const found: Unacknowledged[] = injections.map((at) => ({ at, counts: { charge: 0, order: 0, claim: 0 } }))
  const claimedAt = new Map(state.coupons.map((coupon) => [coupon.claimId, coupon.claimedAt]))
  for (const entry of entries) {
    const { effect, open } = entry
    if (effect.kind === "cancel" || effect.kind === "restock") continue
    const committedAt =
      effect.kind === "claim"
        ? claimedAt.get(claimIdOf(entry) ?? "no claim")
        : state.committedAt.get(rowIdentity({ operation: OPERATIONS[effect.kind], key: effect.key }))
    const missed = committedAt === undefined ? undefined : open.find(({ endedAt }) => endedAt >= committedAt)
    if (!missed) continue
    const injection = found.findLast(({ at }) => at <= missed.endedAt)
    if (injection) injection.counts[effect.kind]++
  }
  return found
}

/** A claim's key is the identity of its row, and every answer to it says which one that is. */
function claimIdOf({ outcome, answer }: Entry): string | undefined {
  if (outcome !== "acknowledged" || !answer) return undefined
  const { claimId }: { claimId?: unknown } = Object(JSON.parse(answer.body))
  return typeof claimId === "string" ? claimId : undefined
}

/** One batch of each kind may be in flight when an injection comes. */
export function checkUnacknowledged(
  found: readonly Unacknowledged[],
  batches: Record<Kind, number>,
): Violation[] {
  return found.flatMap(({ counts }, index) =>
    KINDS.filter((kind) => counts[kind] > batches[kind]).map((kind) => ({
      check: "unacknowledged",
      detail: `injection ${index + 1} left ${counts[kind]} of kind ${kind}, more than ${batches[kind]}`,
    })),
  )
}
