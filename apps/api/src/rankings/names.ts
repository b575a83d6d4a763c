import { hidden, pgArray } from "../infra/db.ts"
import type { Statements } from "../infra/db.ts"
import { createSharedRead } from "../infra/shared-read.ts"

/** A hundred callers per second then cost ten reads, and a new name shows as soon as an order does. */
const FRESH_MS = 100
/** More than one ranking ever has, and small. */
const MOST_KEPT = 10_000

type Names = ReadonlyMap<number, string>
type ProductNamesDeps = { db: Statements; maxQueued: number; now?: () => number }

/** Names of products by id, at most 100 ms old; none for an id that is no product. */
export function createProductNames({ db, maxQueued, now = () => performance.now() }: ProductNamesDeps) {
  const kept = new Map<number, { name: string | undefined; until: number }>()
  const read = createSharedRead<{ ids: readonly number[] }, Names>({
    read: (asked) => findNames(db, asked),
    missing: new Map(),
    maxQueued,
  })

  function findKept(ids: readonly number[]): Names | undefined {
    const names = new Map<number, string>()
    for (const id of ids) {
      const own = kept.get(id)
      if (own === undefined || own.until <= now()) return undefined
      if (own.name !== undefined) names.set(id, own.name)
    }
    return names
  }

  return async (ids: readonly number[]): Promise<Names> => {
    const fresh = findKept(ids)
    if (fresh) return fresh
    const until = now() + FRESH_MS
    const names = await read({ ids })
    if (kept.size > MOST_KEPT) kept.clear()
    for (const id of ids) kept.set(id, { name: names.get(id), until })
    return names
  }
}

async function findNames<Asked extends { ids: readonly number[] }>(
  db: Statements,
  asked: readonly Asked[],
): Promise<ReadonlyMap<Asked, Names>> {
  const ids = pgArray(new Set(asked.flatMap((one) => one.ids)))
  const rows = await db.$queryRaw<{ id: number; name: string }[]>`
    SELECT id, name FROM products WHERE id = ANY (${hidden(ids)}::int[])`
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  return new Map(asked.map((one) => [one, names]))
}
