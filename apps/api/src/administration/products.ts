import { RefusalError } from "../errors.ts"
import type { Product as Row } from "../generated/prisma/client.ts"
import type { By } from "../http/define-route.ts"
import { jsonAnswer } from "../idempotency/answer.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { sql } from "../infra/db.ts"
import type { Tx } from "../infra/db.ts"
import { productNotFound, toProduct } from "../products/service.ts"
import type { ChangeCommit } from "./commit.ts"
import { journalEntry, writeJournal } from "./journal.ts"
import type { NewProduct, ProductChange, Restock } from "./schema.ts"
import { requireOrder } from "./window.ts"

const MAX_STOCKED = 1_000_000_000_000n

/** Whose request it is: its Idempotency-Key, and who asks. */
export type Asked = { request: KeyedRequest | null; by: By }

/** Products, as operators create and change them; each change with its entry in the journal. */
export function createProductAdministration({ commit }: { commit: ChangeCommit }) {
  return {
    create: (product: NewProduct, { request, by }: Asked) =>
      commit(request, async (tx) => {
        const row = await tx.product.create({ data: { ...product, stocked: product.stock } })
        const after = { ...termsOf(row), stock: Number(row.stock) }
        await writeJournal(tx, { by, action: "product.created", targetId: row.id, before: null, after })
        return jsonAnswer(201, toProduct(row))
      }),

    /** @throws PRODUCT_NOT_FOUND; BAD_REQUEST when its sale would end before it starts */
    change: (id: number, change: ProductChange, { request, by }: Asked) =>
      commit(request, async (tx) => {
        const before = await lockProduct(tx, id)
        requireOrder({ ...before, ...defined(change) })
        const row = await tx.product.update({ where: { id }, data: defined(change) })
        await writeJournal(tx, {
          by,
          action: "product.changed",
          targetId: id,
          before: termsOf(before),
          after: termsOf(row),
        })
        return jsonAnswer(200, toProduct(row))
      }),

    /** @throws PRODUCT_NOT_FOUND; OUT_OF_STOCK when more would be taken off than there is; STOCK_LIMIT */
    restock: (id: number, { quantity, reason }: Restock, { request, by }: Asked) =>
      commit(request, async (tx) => {
        const stock = await addUnits(tx, { id, quantity, reason, by })
        return jsonAnswer(201, { productId: id, stock })
      }),
  }
}

/** The stock afterwards. One statement with the journal's entry: orders wait for the row until the transaction ends. */
async function addUnits(tx: Tx, { id, ...units }: Restock & { id: number; by: By }): Promise<number> {
  const added = sql`${units.quantity}::bigint`
  const entry = journalEntry({
    ...units,
    action: "product.restocked",
    targetId: id,
    before: sql`jsonb_build_object('stock', stock - ${added})`,
    after: sql`jsonb_build_object('stock', stock)`,
    of: sql`row`,
  })
  const [row] = await tx.$queryRaw<{ stock: number }[]>`
    WITH row AS (
      UPDATE products SET stock = stock + ${added}, stocked = stocked + ${added}
      WHERE id = ${id}::int AND stock + ${added} >= 0 AND stocked + ${added} <= ${MAX_STOCKED} RETURNING stock
    ), entry AS (${entry})
    SELECT stock::float8 AS stock FROM row`
  if (row) return row.stock
  requireRoom(await lockProduct(tx, id), units.quantity)
  // There is room only since then, and there stays room, now that the row is locked.
  return addUnits(tx, { id, ...units })
}

/** The product, whose row is locked until this transaction ends. */
async function lockProduct(tx: Tx, id: number): Promise<Row> {
  await tx.$queryRaw`SELECT FROM products WHERE id = ${id}::int FOR NO KEY UPDATE`
  const row = await tx.product.findUnique({ where: { id } })
  if (!row) throw productNotFound(id)
  return row
}

function requireRoom({ stock, stocked }: Row, quantity: number): void {
  if (stock + BigInt(quantity) < 0n) {
    throw new RefusalError("OUT_OF_STOCK", `There are ${stock} units, so ${-quantity} cannot be taken off`)
  }
  if (stocked + BigInt(quantity) > MAX_STOCKED) {
    throw new RefusalError("STOCK_LIMIT", `A product has at most ${MAX_STOCKED} units over all time`)
  }
}

/** What the journal keeps of a product; its stock moves by orders as well. */
const termsOf = ({ name, price, startsAt, endsAt, maxPerUser, closed }: Row) => ({
  name,
  price: Number(price),
  startsAt: startsAt?.toISOString() ?? null,
  endsAt: endsAt?.toISOString() ?? null,
  maxPerUser,
  closed,
})

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

/** Without the names whose value is undefined. */
export function defined<T extends object>(change: T): Defined<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left of the same object
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Defined<T>
}
