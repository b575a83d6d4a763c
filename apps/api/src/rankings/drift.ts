import type { Redis } from "ioredis"
import { z } from "zod"
import { RefusalError } from "../errors.ts"
import type { Clock } from "../infra/clock.ts"
import { pgArray } from "../infra/db.ts"
import type { Db } from "../infra/db.ts"
import { liveRankingKey, rankingSetKey } from "../infra/keys.ts"
import { withRedisErrors } from "../infra/redis.ts"
import { dateArray, rankedDays } from "./days.ts"
import { productOf, readLiveState } from "./live-state.ts"
import type { Build } from "./live-state.ts"

/** Members that one command reads. */
const CHUNK = 1_000
/** A ranking is replaced at midnight, by POST /init and after a loss. */
const MAX_LOOKS = 5

type Ranked = { productId: number; units: number }
/** `revision` is the last one that moved the product's sums of these days. */
type Counted = Ranked & { revision: number }

const Scanned = z.tuple([
  z.tuple([z.null(), z.array(z.string().nullable())]),
  z.tuple([z.null(), z.tuple([z.string(), z.array(z.string())])]),
])

type DriftDeps = { db: Db; redis: Redis; clock: Clock }

/**
 * By how many units the realtime ranking differs from the sums in PostgreSQL, over all products. What Redis has not
 * received yet does not count, so 0 is right at any moment. While no ranking is served all of it is missing.
 */
export function createRankingDrift({ db, redis, clock }: DriftDeps) {
  async function compare(live: Build): Promise<number | "replaced"> {
    const days = rankedDays(new Date(live.day))
    const seen = new Set<number>()
    let drift = 0
    let position = "0"
    do {
      const page = await readPage(redis, live, position)
      if (!page) return "replaced"
      for (const { productId } of page.ranked) seen.add(productId)
      drift += differences(page.ranked, await countUnits(db, days, page.ranked), page.revision)
      position = page.next
    } while (position !== "0")
    return drift + (await missingUnits(db, days, { seen, revision: live.cursor.revision }))
  }

  return async (): Promise<number> => {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      const { live } = await readLiveState(redis)
      const received = { seen: new Set<number>(), revision: Number.MAX_SAFE_INTEGER }
      const drift = live ? await compare(live) : await missingUnits(db, rankedDays(clock()), received)
      if (drift !== "replaced") return drift
    }
    throw new RefusalError("UNAVAILABLE", "The realtime ranking is being built", { retryAfterSeconds: 1 })
  }
}

/** Some of the ranking, and the revision that it stands at, both as of one instant. */
async function readPage(redis: Redis, { generation }: Build, position: string) {
  const commands = redis.multi().hmget(liveRankingKey, "generation", "cursor")
  const replies = await withRedisErrors(
    commands.zscan(rankingSetKey(generation), position, "COUNT", String(CHUNK)).exec(),
  )
  const scanned = Scanned.safeParse(replies)
  // Somebody put something else there.
  if (!scanned.success) return undefined
  const [[, [present, cursor]], [, [next, pairs]]] = scanned.data
  const revision = /^follow (\d+) /.exec(cursor ?? "")?.[1]
  if (present !== generation || revision === undefined) return undefined
  const ranked = pairs.flatMap((member, at): Ranked[] =>
    at % 2 === 0 ? [{ productId: productOf(member), units: Number(pairs[at + 1]) }] : [],
  )
  return { ranked, next, revision: Number(revision) }
}

/** Read after Redis was, so that the sums of a product whose revision is in Redis are those that it received. */
const countUnits = (db: Db, days: readonly string[], ranked: readonly Ranked[]) =>
  db.$queryRaw<Counted[]>`
    SELECT product_id AS "productId", sum(quantity + seeded)::float8 AS units, max(revision)::float8 AS revision
    FROM product_sales
    WHERE day = ANY (${dateArray(days)}::date[])
      AND product_id = ANY (${pgArray(ranked.map(({ productId }) => productId))}::int[])
    GROUP BY product_id`

function differences(ranked: readonly Ranked[], counted: readonly Counted[], received: number): number {
  const sums = new Map(counted.map((one) => [one.productId, one]))
  return ranked.reduce((sum, { productId, units }) => {
    const right = sums.get(productId)
    if (!right) return sum + units
    return right.revision > received ? sum : sum + Math.abs(right.units - units)
  }, 0)
}

type Known = { seen: ReadonlySet<number>; revision: number }

/** Units of products that PostgreSQL has sold and Redis does not rank. */
async function missingUnits(db: Db, days: readonly string[], { seen, revision }: Known): Promise<number> {
  const rows = await db.$queryRaw<Ranked[]>`
    SELECT product_id AS "productId", sum(quantity + seeded)::float8 AS units FROM product_sales
    WHERE day = ANY (${dateArray(days)}::date[])
    GROUP BY product_id HAVING sum(quantity + seeded) > 0 AND max(revision) <= ${revision}::bigint`
  return rows.reduce((sum, { productId, units }) => (seen.has(productId) ? sum : sum + units), 0)
}
