import type { Db, Tx } from "../infra/db.ts"
import type { Epoch } from "../infra/keys.ts"
import { lockShopExclusive } from "./epoch.ts"

const COMPARE_TIMEOUT_MS = 30_000

type Comparison<Seen, Result> = {
  /** Looks at Redis; nobody grants, relays or rebuilds meanwhile. */
  look: (epoch: Epoch) => Promise<Seen>
  /** Counts in the snapshot of that instant, for as long as it takes. */
  compare: (snapshot: Tx, seen: Seen) => Promise<Result>
}

/** Compares Redis with PostgreSQL as both were at one instant, and holds the shop only for that instant. */
export function createConsistentSnapshot({ db }: { db: Db }) {
  let last: Promise<unknown> = Promise.resolve()

  async function once<Seen, Result>({ look, compare }: Comparison<Seen, Result>): Promise<Result> {
    return db.$transaction(
      async (snapshot) => {
        const seen = await db.$transaction(async (owner) => {
          const epoch = await lockShopExclusive(owner)
          // A snapshot begins with the first statement, so it is made to begin here.
          await snapshot.$queryRaw`SELECT 1`
          return look(epoch)
        })
        return compare(snapshot, seen)
      },
      { isolationLevel: "RepeatableRead", timeout: COMPARE_TIMEOUT_MS },
    )
  }

  return <Seen, Result>(comparison: Comparison<Seen, Result>): Promise<Result> => {
    // One at a time: each takes two connections, and two that wait for their second would wait for ever.
    const result = last.then(() => once(comparison))
    last = result.catch(() => undefined)
    return result
  }
}

export type ConsistentSnapshot = ReturnType<typeof createConsistentSnapshot>
