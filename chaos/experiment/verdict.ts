import { checkAcknowledged } from "../checks/acknowledged.ts"
import { checkAudit } from "../checks/audit.ts"
import { readDatabaseState } from "../checks/database-state.ts"
import type { DatabaseState, History } from "../checks/database-state.ts"
import { checkIdempotent } from "../checks/idempotent.ts"
import { replaySome } from "../checks/replays.ts"
import { checkBalances, checkCoupons } from "../checks/api-reads.ts"
import { checkStock } from "../checks/stock.ts"
import { checkAnswers, checkContradictions, checkSettled } from "../checks/settled.ts"
import { checkUnacknowledged, countUnacknowledged } from "../checks/unacknowledged.ts"
import type { Unacknowledged } from "../checks/unacknowledged.ts"
import type { Violation } from "../checks/violation.ts"
import type { Kind } from "../client/effects.ts"
import type { Http } from "../client/http.ts"
import type { Entry, Journal } from "../client/journal.ts"
import type { Sender } from "../client/sender.ts"
import type { Shop } from "../client/shopper.ts"
import type { Random } from "../random.ts"
import type { Database } from "../environment/database.ts"

type VerdictOptions = {
  database: Database
  http: Http
  journal: Journal
  sender: Sender
  random: Random
  shop: Shop
  history: History
  /** When each injection was done. */
  injectedAt: readonly number[]
  /** The most that one injection may leave committed without an answer. */
  batches: Record<Kind, number>
}

const MOST_REPLAYS = 200

/** Compares what clients were answered with the database and the API. */
export async function judge(options: VerdictOptions) {
  const { database, http, journal, sender, random, shop, history, injectedAt, batches } = options
  const readState = () => database.use((db) => readDatabaseState(db, history))
  const state = await readState()
  const entries = [...journal.entries()]
  const unacknowledged: Unacknowledged[] = countUnacknowledged(entries, state, injectedAt)
  const violations: Violation[] = [
    ...checkSettled(journal),
    ...checkAcknowledged(entries, state),
    ...checkIdempotent(entries, state),
    ...checkUnacknowledged(unacknowledged, batches),
    ...(await replaySome(entries, { sender, random, most: MOST_REPLAYS })),
    ...checkContradictions(journal),
    ...checkAnswers(journal),
    ...checkAfterReplays(entries, await readState(), shop),
    ...(await checkBalances({ http, entries, userIds: shop.userIds })),
    ...(await checkCoupons({ http, entries })),
    ...(await checkAudit({ http })),
  ]
  return { violations: distinct(violations), unacknowledged }
}

/** A replay must leave nothing behind. */
const checkAfterReplays = (
  entries: readonly Entry[],
  state: DatabaseState,
  { stocks }: Shop,
): Violation[] => [...checkIdempotent(entries, state), ...checkStock(entries, state, stocks)]

/** The second look at the database, after the replays, repeats what the first one found. */
function distinct(violations: readonly Violation[]): Violation[] {
  return [
    ...new Map(violations.map((violation) => [`${violation.check} ${violation.detail}`, violation])).values(),
  ]
}
