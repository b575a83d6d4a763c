import type { Redis } from "ioredis"
import { RefusalError } from "../errors.ts"
import { oneRow } from "../infra/db.ts"
import type { Db } from "../infra/db.ts"
import { readLiveState } from "./live-state.ts"

/** A hundred times as long as it takes. */
const LATE_MS = 10_000

type LagDeps = { db: Db; redis: Redis; now?: () => number }
type Sums = { revision: number; waitingMs: number }

/**
 * Rejects when what was sold more than 10 s ago is not in the realtime ranking: it waits in the outbox, or the ranking
 * does not follow the sums. What is served then is an earlier ranking.
 */
export function createLagCheck({ db, redis, now = () => performance.now() }: LagDeps) {
  /** The sums that the ranking has to reach, and when they were seen. */
  let awaited: { revision: number; since: number } | undefined

  return async (): Promise<void> => {
    const { live } = await readLiveState(redis)
    const { revision, waitingMs } = await readSums(db)
    if (waitingMs > LATE_MS) throw late(waitingMs)
    const reached = live?.cursor.revision ?? 0
    // The sums go back with a database that lost its last transactions.
    if (!awaited || reached >= awaited.revision || revision < awaited.revision)
      awaited = { revision, since: now() }
    const lateMs = reached < awaited.revision ? now() - awaited.since : 0
    if (lateMs > LATE_MS) throw late(lateMs)
  }
}

const readSums = (db: Db): Promise<Sums> =>
  oneRow<Sums>(db)`
    SELECT coalesce((SELECT max(revision) FROM product_sales), 0)::float8 AS revision,
           coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) * 1000
                     FROM outbox_events ORDER BY id LIMIT 1), 0)::float8 AS "waitingMs"`

const late = (ms: number) =>
  new RefusalError(
    "UNAVAILABLE",
    `The realtime ranking lacks what was sold ${Math.floor(ms / 1_000)} s ago`,
    {
      retryAfterSeconds: 1,
    },
  )
