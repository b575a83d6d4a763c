import { checkAcknowledged } from "../checks/acknowledged.ts"
import { checkAudit } from "../checks/audit.ts"
import { readBooks } from "../checks/books.ts"
import { checkOnce } from "../checks/once.ts"
import { replaySome } from "../checks/replays.ts"
import { checkBalances, checkCoupons } from "../checks/seen.ts"
import { checkAnswers, checkContradictions, checkSettled } from "../checks/settled.ts"
import { checkUnacknowledged, countUnacknowledged } from "../checks/unacknowledged.ts"
import type { Unacknowledged } from "../checks/unacknowledged.ts"
import type { Violation } from "../checks/violation.ts"
import type { Kind } from "../client/effects.ts"
import type { Http } from "../client/http.ts"
import type { Journal } from "../client/journal.ts"
import type { Sender } from "../client/sender.ts"
import type { Shop } from "../client/shopper.ts"
import type { Random } from "../random.ts"
import type { Database } from "../rig/database.ts"

type VerdictOptions = {
  database: Database
  http: Http
  journal: Journal
  sender: Sender
  random: Random
  shop: Shop
  /** When each injury was done. */
  injuredAt: readonly number[]
  /** The most that one injury may leave committed without an answer. */
  batches: Record<Kind, number>
}

const MOST_REPLAYS = 200

/** Compares what clients were told with what the books and the API say now. */
export async function judge(options: VerdictOptions) {
  const { database, http, journal, sender, random, shop, injuredAt, batches } = options
  const books = await database.use(readBooks)
  const entries = [...journal.entries()]
  const unacknowledged: Unacknowledged[] = countUnacknowledged(entries, books, injuredAt)
  const violations: Violation[] = [
    ...checkSettled(journal),
    ...checkAcknowledged(entries, books),
    ...checkOnce(entries, books),
    ...checkUnacknowledged(unacknowledged, batches),
    ...(await replaySome(entries, { sender, random, most: MOST_REPLAYS })),
    ...checkContradictions(journal),
    ...checkAnswers(journal),
    ...checkOnce(entries, await database.use(readBooks)),
    ...(await checkBalances({ http, entries, userIds: shop.userIds })),
    ...(await checkCoupons({ http, entries })),
    ...(await checkAudit({ http })),
  ]
  return { violations: distinct(violations), unacknowledged }
}

/** The second look at the books, after the replays, repeats what the first one found. */
function distinct(violations: readonly Violation[]): Violation[] {
  return [
    ...new Map(violations.map((violation) => [`${violation.check} ${violation.detail}`, violation])).values(),
  ]
}
