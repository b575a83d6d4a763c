import { pgArray } from "../infra/db.ts"
import type { Statements, Tx } from "../infra/db.ts"
import { dateArray } from "./days.ts"

/** `epoch` names the shop as POST /init left it; `revision` counts the relay's transactions. */
export type SalesState = { epoch: string; revision: number }
/** Units by product of one UTC day; negative for what was cancelled. */
export type DaySales = { day: string; productId: number; quantity: number }
/** Units of a product over the ranked days, what POST /init seeded included. */
export type WindowUnits = { productId: number; units: number }

const NO_STATE = "The table shop or sales_state is empty; a migration put their only row there"

export async function salesState(db: Statements): Promise<SalesState> {
  const [row] = await db.$queryRaw<SalesState[]>`
    SELECT epoch::text, revision::float8 FROM shop, sales_state`
  if (!row) throw new Error(NO_STATE)
  return row
}

/** Starts the relay's next revision. Other relays and POST /init wait until this transaction ends. */
export async function nextRevision(tx: Statements): Promise<number> {
  const [row] = await tx.$queryRaw<{ revision: number }[]>`
    UPDATE sales_state SET revision = revision + 1 RETURNING revision::float8`
  if (!row) throw new Error(NO_STATE)
  return row.revision
}

/** Forgets all sales: the shop is emptied in this transaction. Relays wait until it ends. */
export async function restartSales(tx: Tx): Promise<void> {
  await tx.$executeRaw`UPDATE sales_state SET revision = revision + 1`
  await tx.$executeRaw`TRUNCATE product_sales`
}

/** Moves the sums; each day and product is in `sales` once. */
export async function addSales(tx: Statements, sales: readonly DaySales[], revision: number): Promise<void> {
  if (sales.length === 0) return
  await tx.$executeRaw`
    INSERT INTO product_sales AS s (day, product_id, quantity, revision)
    SELECT day, product_id, quantity, ${revision}::bigint FROM unnest(
      ${dateArray(sales.map(({ day }) => day))}::date[],
      ${pgArray(sales.map(({ productId }) => productId))}::int[],
      ${pgArray(sales.map(({ quantity }) => quantity))}::bigint[]) AS t (day, product_id, quantity)
    ON CONFLICT (day, product_id)
    DO UPDATE SET quantity = s.quantity + excluded.quantity, revision = excluded.revision`
}

type ScanRange = { days: readonly string[]; after: number; limit: number }

/** The next products by id, with their units over the days. */
export const scanUnits = (db: Statements, { days, after, limit }: ScanRange): Promise<WindowUnits[]> =>
  db.$queryRaw<WindowUnits[]>`
    SELECT product_id AS "productId", sum(quantity + seeded)::float8 AS units FROM product_sales
    WHERE day = ANY (${dateArray(days)}::date[]) AND product_id > ${after}::int
    GROUP BY product_id ORDER BY product_id LIMIT ${limit}`

/** A place in the rows by the revision that changed them last. */
export type Position = { revision: number; day: string; productId: number }
type FollowRange = { days: readonly string[]; after: Position; limit: number }

/** The next changed rows, with their product's units over the days as of the same instant. */
export const changedUnits = (db: Statements, { days, after, limit }: FollowRange) =>
  db.$queryRaw<(Position & WindowUnits)[]>`
    WITH changed AS MATERIALIZED (
      SELECT revision, day, product_id FROM product_sales
      WHERE (revision, day, product_id) > (${after.revision}::bigint, ${after.day}::date, ${after.productId}::int)
      ORDER BY revision, day, product_id LIMIT ${limit}
    )
    SELECT revision::float8, to_char(day, 'YYYY-MM-DD') AS day, product_id AS "productId",
           (SELECT coalesce(sum(quantity + seeded), 0)::float8 FROM product_sales s
            WHERE s.product_id = changed.product_id AND s.day = ANY (${dateArray(days)}::date[])) AS units
    FROM changed ORDER BY changed.revision, changed.day, changed.product_id`
