import { RefusalError } from "../errors.ts"
import { oneRow, pgArray, sql } from "../infra/db.ts"
import type { Db, Tx } from "../infra/db.ts"
import type { Epoch } from "../infra/keys.ts"
import { shopEpoch } from "../shop/epoch.ts"
import { within } from "./part.ts"
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
  "cancelledUses",
  "cancelledIdSum",
  "coupons",
  "couponIdSum",
  "couponUses",
] as const satisfies readonly (keyof Sums)[]

/** What was sealed when a recount began, and the last user who may have a ledger in it. */
type Sealed = { epoch: Epoch; segments: Segment[]; lastUser: number }

/** What is counted of what was sealed when it began, and what that found. */
export type Recount = {
  /** Undefined until the first piece has looked. */
  sealed: Sealed | undefined
  segmentsDone: number
  sales: Sales
  comparedSums: boolean
  /** The ledgers of users up to this id are recounted. */
  throughUser: number
  found: Violations
}

/** Has looked at nothing yet. What comes after the seals is not looked at by a recount. */
export const newRecount = (): Recount => ({
  sealed: undefined,
  segmentsDone: 0,
  sales: new Map(),
  comparedSums: false,
  throughUser: 0,
  found: new Map(),
})

const readSealed = (db: Db): Promise<Sealed> =>
  inSnapshot(db, async (tx) => ({
    epoch: await shopEpoch(tx),
    segments: await readSegments(tx),
    lastUser: await lastUser(tx),
  }))

async function lastUser(tx: Tx): Promise<number> {
  const { last } = await oneRow<{ last: number }>(tx)`
    SELECT coalesce(greatest((SELECT max(id) FROM users), (SELECT max(user_id) FROM audit_balances)), 0)::int AS last`
  return last
}

/**
 * Counts the next piece again, in a short transaction of its own: every check of single rows, and every sum that was
 * sealed. False when nothing is left. A piece that fails changes nothing, and can be tried again.
 * @throws UNAVAILABLE when the shop was emptied since it began
 */
export async function recountNext(db: Db, recount: Recount): Promise<boolean> {
  const sealed = (recount.sealed ??= await readSealed(db))
  const { segmentsDone, comparedSums, throughUser } = recount
  const last = sealed.segments.at(-1)
  if (!last) return false
  const inPiece = <T>(work: (tx: Tx) => Promise<T>) =>
    inSnapshot(db, async (tx) => {
      await requireSameShop(tx, sealed)
      return work(tx)
    })
  if (segmentsDone < sealed.segments.length) await recountSegment(recount, sealed, inPiece)
  else if (!comparedSums) await compareSums(recount, last, inPiece)
  else if (throughUser < sealed.lastUser) await recountLedgers(recount, { ...sealed, last }, inPiece)
  else return false
  return true
}

async function requireSameShop(tx: Tx, { epoch }: Sealed): Promise<void> {
  if ((await shopEpoch(tx)) !== epoch)
    throw new RefusalError("UNAVAILABLE", "The shop was emptied meanwhile, and what was sealed with it")
}

type InPiece = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

function add({ found }: Recount, id: string, violations: number): void {
  found.set(id, (found.get(id) ?? 0) + violations)
}

async function recountSegment(recount: Recount, { segments }: Sealed, inPiece: InPiece): Promise<void> {
  const { segmentsDone, sales } = recount
  const segment = segments[segmentsDone]
  const part = partsOf(segments)[segmentsDone]
  if (!segment || !part) throw new Error("There is a part for each segment")
  const { broken, rows } = await inPiece((tx) => lookAgain(tx, segment, part))
  for (const [id, violations] of broken) add(recount, id, violations)
  for (const { day, productId, sold } of rows) {
    const key = `${day} ${productId}`
    sales.set(key, (sales.get(key) ?? 0) + sold)
  }
  recount.segmentsDone++
}

async function lookAgain(tx: Tx, segment: Segment, part: Part) {
  const broken: [string, number][] = []
  // Ledgers are recounted by user: in a piece the balance that each entry continues from is not known any more.
  for (const check of rowChecks()) {
    if (check.id !== "ledger-unbroken") broken.push([check.id, await countViolations(tx, check, part)])
  }
  const sums = await sumPart(tx, part)
  for (const name of SUMS) broken.push(["seals-agree", Math.abs(sums[name] - segment[name])])
  const rows = await tx.$queryRaw<SoldRow[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, product_id AS "productId", sold::float8
    FROM (${soldIn(part)}) sold`
  return { broken, rows }
}

async function compareSums(recount: Recount, last: Segment, inPiece: InPiece): Promise<void> {
  const differing = await inPiece(
    async (tx) =>
      (await differingSales(tx, recount.sales)) +
      (await differingPurchases(tx, sealedBy(last))) +
      (await differingCoupons(tx, sealedBy(last))),
  )
  add(recount, "seals-agree", differing)
  recount.comparedSums = true
}

async function differingSales(tx: Tx, sales: Sales): Promise<number> {
  const rows = await tx.$queryRaw<SoldRow[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, product_id AS "productId", sold::float8 FROM audit_sales`
  const sealed: Sales = new Map(rows.map(({ day, productId, sold }) => [`${day} ${productId}`, sold]))
  const keys = new Set([...sales.keys(), ...sealed.keys()])
  return [...keys].reduce((sum, key) => sum + Math.abs((sales.get(key) ?? 0) - (sealed.get(key) ?? 0)), 0)
}

/** Everything up to the end of this segment. */
const sealedBy = ({ throughOrder, throughEntry, throughCancellation, throughCoupon }: Segment): Part => ({
  orders: { after: 0, through: throughOrder },
  entries: { after: 0, through: throughEntry },
  cancellations: { after: 0, through: throughCancellation },
  coupons: { after: 0, through: throughCoupon },
})

/** Units for limits are few beside all that was sold, so they are recounted in one piece. */
async function differingPurchases(tx: Tx, sealed: Part): Promise<number> {
  const { units } = await oneRow<{ units: number }>(tx)`
    SELECT coalesce(sum(abs(coalesce(a.units, 0) - coalesce(b.units, 0))), 0)::float8 AS units
    FROM audit_purchases a FULL JOIN (${limitedIn(sealed)}) b USING (user_id, product_id, limit_period)`
  return units
}

/** Coupons by policy are counted, not joined, which takes little also where there are many. */
async function differingCoupons(tx: Tx, { coupons }: Part): Promise<number> {
  const row = await oneRow<{ coupons: number }>(tx)`
    SELECT coalesce(sum(abs(coalesce(a.held, 0) - coalesce(b.held, 0))), 0)::float8 AS coupons
    FROM audit_coupons a FULL JOIN (
      SELECT policy_id, count(*) AS held FROM coupons WHERE ${within(sql`id`, coupons)} GROUP BY policy_id
    ) b USING (policy_id)`
  return row.coupons
}

/** The next users by id, also those who exist in a sealed sum alone. Each branch reads no more than it may return. */
const nextUsers = (tx: Tx, after: number) =>
  tx.$queryRaw<{ id: number }[]>`
    (SELECT id FROM users WHERE id > ${after} ORDER BY id LIMIT ${USERS})
    UNION
    (SELECT user_id FROM audit_balances WHERE user_id > ${after} ORDER BY user_id LIMIT ${USERS})
    ORDER BY id LIMIT ${USERS}`

/** User by user, so that the index brings each ledger in its order. */
async function recountLedgers(
  recount: Recount,
  { last: { throughEntry }, lastUser: until }: Sealed & { last: Segment },
  inPiece: InPiece,
): Promise<void> {
  const { ids, row } = await inPiece(async (tx) => {
    const users = (await nextUsers(tx, recount.throughUser)).map(({ id }) => id)
    return { ids: users, row: await recountUsers(tx, users, throughEntry) }
  })
  add(recount, "ledger-unbroken", row.broken)
  add(recount, "seals-agree", row.differing)
  recount.throughUser = ids.at(-1) ?? until
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
