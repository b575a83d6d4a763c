import { RefusalError } from "../errors.ts"
import type { Product as Row } from "../generated/prisma/client.ts"
import type { By } from "../http/define-route.ts"
import { jsonAnswer } from "../idempotency/answer.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import type { Tx } from "../infra/db.ts"
import { productNotFound, toProduct } from "../products/service.ts"
import type { ChangeCommit } from "./commit.ts"
import { writeJournal } from "./journal.ts"
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
        const before = await lockProduct(tx, id)
        requireRoom(before, quantity)
        const units = { increment: quantity }
        const row = await tx.product.update({ where: { id }, data: { stock: units, stocked: units } })
        await writeJournal(tx, {
          by,
          action: "product.restocked",
          targetId: id,
          before: { stock: Number(before.stock) },
          after: { stock: Number(row.stock) },
          quantity,
          reason,
        })
        return jsonAnswer(201, { productId: id, stock: Number(row.stock) })
      }),
  }
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
