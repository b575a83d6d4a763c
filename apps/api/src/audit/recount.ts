import { oneRow, pgArray } from "../infra/db.ts"
import type { Db, Tx } from "../infra/db.ts"
import type { Part } from "./part.ts"
import { countViolations, inSnapshot, rowChecks } from "./count.ts"
import { partsOf, readSegments, sumPart } from "./seals.ts"
import type { Segment, Sums } from "./seals.ts"
import { limitedIn, soldIn } from "./units.ts"

/** Users whose ledgers one statement reads. */
const USERS = 5_000

/** Violations by the id of their check. */
export type Violations = Map<string, number>

type Sales = Map<string, number>
type SoldRow = { day: string; productId: number; sold: number }

const SUMS = [
  "orders",
  "orderIdSum",
  "paid",
  "units",
  "charges",
  "chargeIdSum",
  "charged",
  "booked",
  "cancellations",
  "refunded",
  "cancelledUnits",
] as const satisfies readonly (keyof Sums)[]

/**
 * Counts again what is sealed, in pieces that are short transactions: every check of single orders, and every sum that
 * was sealed. What came after the seals is not looked at.
 */
export async function recountSealed(db: Db): Promise<Violations> {
  const found: Violations = new Map()
  const add = (id: string, violations: number) => found.set(id, (found.get(id) ?? 0) + violations)
  const segments = await readSegments(db)
  const last = segments.at(-1)
  if (!last) return found
  const sales: Sales = new Map()
  for (const [at, part] of partsOf(segments).entries()) {
    const segment = segments[at]
    if (!segment) throw new Error("There is a part for each segment")
    await inSnapshot(db, (tx) => recountSegment(tx, { segment, part, sales, add }))
  }
  add("seals-agree", await differingSales(db, sales))
  add("seals-agree", await inSnapshot(db, (tx) => differingPurchases(tx, sealedBy(last))))
  await recountLedgers(db, last.throughEntry, add)
  return found
}

type Add = (id: string, violations: number) => void
type Recounted = { segment: Segment; part: Part; sales: Sales; add: Add }

async function recountSegment(tx: Tx, { segment, part, sales, add }: Recounted): Promise<void> {
  // Ledgers are recounted by user: in a piece the balance that each entry continues from is not known any more.
  for (const check of rowChecks()) {
    if (check.id !== "ledger-unbroken") add(check.id, await countViolations(tx, check, part))
  }
  const sums = await sumPart(tx, part)
  for (const name of SUMS) add("seals-agree", Math.abs(sums[name] - segment[name]))
  const rows = await tx.$queryRaw<SoldRow[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, product_id AS "productId", sold::float8
    FROM (${soldIn(part)}) sold`
  for (const { day, productId, sold } of rows) {
    const key = `${day} ${productId}`
    sales.set(key, (sales.get(key) ?? 0) + sold)
  }
}

async function differingSales(db: Db, sales: Sales): Promise<number> {
  const rows = await inSnapshot(
    db,
    (tx) => tx.$queryRaw<SoldRow[]>`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, product_id AS "productId", sold::float8 FROM audit_sales`,
  )
  const sealed: Sales = new Map(rows.map(({ day, productId, sold }) => [`${day} ${productId}`, sold]))
  const keys = new Set([...sales.keys(), ...sealed.keys()])
  return [...keys].reduce((sum, key) => sum + Math.abs((sales.get(key) ?? 0) - (sealed.get(key) ?? 0)), 0)
}

/** Everything up to the end of this segment. */
const sealedBy = ({ throughOrder, throughEntry, throughCancellation }: Segment): Part => ({
  orders: { after: 0, through: throughOrder },
  entries: { after: 0, through: throughEntry },
  cancellations: { after: 0, through: throughCancellation },
})

/** Units for limits are few beside all that was sold, so they are recounted in one piece. */
async function differingPurchases(tx: Tx, sealed: Part): Promise<number> {
  const { units } = await oneRow<{ units: number }>(tx)`
    SELECT coalesce(sum(abs(coalesce(a.units, 0) - coalesce(b.units, 0))), 0)::float8 AS units
    FROM audit_purchases a FULL JOIN (${limitedIn(sealed)}) b USING (user_id, product_id, limit_period)`
  return units
}

/** The next users by id, also those who exist in a sealed sum alone. Each branch reads no more than it may return. */
const nextUsers = (db: Db, after: number) =>
  db.$queryRaw<{ id: number }[]>`
    (SELECT id FROM users WHERE id > ${after} ORDER BY id LIMIT ${USERS})
    UNION
    (SELECT user_id FROM audit_balances WHERE user_id > ${after} ORDER BY user_id LIMIT ${USERS})
    ORDER BY id LIMIT ${USERS}`

/** User by user, so that the index brings each ledger in its order. */
async function recountLedgers(db: Db, through: number, add: Add): Promise<void> {
  for (let after = 0; ;) {
    const ids = await nextUsers(db, after)
    const last = ids.at(-1)
    if (!last) return
    const users = ids.map(({ id }) => id)
    const { broken, differing } = await inSnapshot(db, (tx) => recountUsers(tx, users, through))
    add("ledger-unbroken", broken)
    add("seals-agree", differing)
    after = last.id
  }
}

const recountUsers = (tx: Tx, ids: number[], through: number) =>
  oneRow<{ broken: number; differing: number }>(tx)`
    WITH steps AS MATERIALIZED (
      SELECT user_id, amount, balance_after - amount AS balance_before,
             lag(balance_after, 1, 0::bigint) OVER (PARTITION BY user_id ORDER BY id) AS left_before
      FROM ledger_entries WHERE user_id = ANY (${pgArray(ids)}::int[]) AND id <= ${through}::bigint
    )
    SELECT (SELECT count(*) FROM steps WHERE balance_before <> left_before)::float8 AS broken,
           (SELECT coalesce(sum(abs(coalesce(recounted, 0) - coalesce(booked, 0))), 0)
            FROM (SELECT user_id, sum(amount) AS recounted FROM steps GROUP BY user_id) s
            FULL JOIN (SELECT * FROM audit_balances WHERE user_id = ANY (${pgArray(ids)}::int[])) b USING (user_id)
           )::float8 AS differing`
