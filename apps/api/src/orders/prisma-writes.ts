import assert from "node:assert/strict"
import { ORDER_PLACED } from "../events/outbox.ts"
import type { PlacedEntry } from "../events/outbox.ts"
import { databaseMs } from "../infra/clock.ts"
import { oneRow, pgArray } from "../infra/db.ts"
import type { Tx } from "../infra/db.ts"
import { countPurchases, limitedOf } from "./count-purchases.ts"
import type { OrderCommand, Placed, PlacedLine, Rows } from "./decide.ts"
import type { OrderJob } from "./job.ts"
import { productColumns, readPurchases } from "./product-rows.ts"
import type { ProductRow } from "./product-rows.ts"
import { COUPON_USED, INSUFFICIENT_BALANCE, limitReached, outOfStock } from "./refused.ts"
import type { Refused } from "./refused.ts"
import type { SaleTerms } from "./sale-terms.ts"

/** A row changed between its read and its conditional write. The order is rolled back and decided anew. */
export class WriteConflictError extends Error {
  override readonly name = "WriteConflictError"
  readonly refused: Refused

  constructor(refused: Refused) {
    super(refused.detail)
    this.refused = refused
  }
}

/** Price or terms of a product changed between their read and its conditional write: the order is decided anew. */
export class TermsChangedError extends Error {
  override readonly name = "TermsChangedError"
}

/** What an order touches, as it is now; nothing is locked. */
export async function readRows(tx: Tx, command: OrderCommand): Promise<Rows> {
  const { userId, couponId } = command
  const user = await tx.user.findUnique({ where: { id: userId } })
  const coupon = couponId === null ? null : await tx.coupon.findUnique({ where: { id: couponId } })
  const { products, at } = await readProducts(tx, command)
  return {
    users: new Map(user ? [[user.id, { balance: Number(user.balance) }]] : []),
    coupons: new Map(coupon ? [[coupon.id, couponState(coupon, new Date(at))]] : []),
    products,
    purchases: await readPurchases(tx, [command], products),
    at,
  }
}

async function readProducts(tx: Tx, { lines }: OrderCommand) {
  const ids = pgArray(lines.map(({ productId }) => productId))
  const { products, at } = await oneRow<{ products: ProductRow[]; at: number }>(tx)`
    SELECT (SELECT coalesce(json_agg(p), '[]')
            FROM (SELECT ${productColumns} FROM products WHERE id = ANY (${ids}::int[])) p) AS products,
           ${databaseMs} AS at`
  return { products: new Map(products.map((product) => [product.id, product])), at }
}

type CouponRow = {
  userId: number
  discountAmount: bigint
  discountRateBp: number
  usedAt: Date | null
  expiresAt: Date
}

function couponState({ userId, discountAmount, discountRateBp, usedAt, expiresAt }: CouponRow, now: Date) {
  const discount = { amount: Number(discountAmount), rateBp: discountRateBp }
  return { userId, discount, used: usedAt !== null, expired: expiresAt <= now }
}

/** What the outbox says of an order, but for the products that it sold out. */
type WrittenOrder = Pick<PlacedEntry, "day" | "sold"> & { id: number }

type DecidedOrder = OrderJob & { placed: Placed; at: number }

/**
 * Takes the money and the coupon on condition, and writes order, lines, counts for limits and ledger. `at` is when it
 * was decided.
 */
export async function writeOrder(
  tx: Tx,
  { command, request, placed, at }: DecidedOrder,
): Promise<WrittenOrder> {
  const { userId, couponId } = command
  const { subtotal, discount, total, lines } = placed
  const balanceAfter = await spend(tx, userId, total)
  if (couponId !== null) await markUsed(tx, couponId)

  const keyed = request && { requestIdentity: request.identity, requestHash: request.hash }
  const { id, createdAt } = await tx.order.create({
    data: { userId, couponId, subtotal, discount, total, createdAt: new Date(at), ...keyed },
  })
  await tx.orderLine.createMany({
    data: lines.map(({ limit, ...line }) => ({ orderId: id, ...line, limitPeriod: limit && limit.period })),
  })
  await countLimited(tx, userId, lines)
  if (total > 0) {
    await tx.ledgerEntry.create({
      data: { userId, kind: "order", amount: -total, balanceAfter, orderId: id },
    })
  }
  const sold = Object.fromEntries(lines.map(({ productId, quantity }) => [productId, quantity]))
  const day = createdAt.toISOString().slice(0, 10)
  return { id: Number(id), day, sold }
}

/** Records what was sold; after the stock was taken, since only that shows which product sold out. */
export async function writeOutbox(tx: Tx, { id, day, sold }: WrittenOrder, soldOut: number[]) {
  const payload: PlacedEntry = { day, sold, ids: [id], soldOut }
  await tx.outboxEvent.create({ data: { topic: ORDER_PLACED, payload } })
}

async function spend(tx: Tx, userId: number, total: number): Promise<bigint> {
  const [user] = await tx.user.updateManyAndReturn({
    where: { id: userId, balance: { gte: total } },
    data: { balance: { decrement: total } },
    select: { balance: true },
  })
  if (!user) throw new WriteConflictError(INSUFFICIENT_BALANCE)
  return user.balance
}

async function markUsed(tx: Tx, id: number): Promise<void> {
  const { count } = await tx.coupon.updateMany({ where: { id, usedAt: null }, data: { usedAt: new Date() } })
  if (count === 0) throw new WriteConflictError(COUPON_USED)
}

/** The user is locked since the money was taken, so what is counted here is all that the user bought. */
async function countLimited(tx: Tx, userId: number, lines: readonly PlacedLine[]): Promise<void> {
  for (const line of limitedOf(lines)) {
    const counted = await tx.$queryRaw<object[]>`${countPurchases([{ userId, ...line }])}`
    if (counted.length === 0) {
      throw new WriteConflictError(limitReached(line.productId, line.limit.maxUnits))
    }
  }
}

/**
 * Takes the stock on condition that it suffices and that price and terms are those that the order was decided on, product
 * by product in ascending order; returns the products that it sold out.
 */
export async function takeStock(tx: Tx, { lines }: Placed, { products }: Rows): Promise<number[]> {
  const soldOut: number[] = []
  for (const { productId, quantity } of lines) {
    const product = products.get(productId)
    assert(product, "an order was decided on rows that exist")
    const [left] = await tx.product.updateManyAndReturn({
      where: { id: productId, stock: { gte: quantity }, price: product.price, ...termsOf(product) },
      data: { stock: { decrement: quantity } },
      select: { stock: true },
    })
    if (!left) throw await stockConflict(tx, productId, quantity)
    if (left.stock === 0n) soldOut.push(productId)
  }
  return soldOut
}

const dateOf = (ms: number | null) => (ms === null ? null : new Date(ms))

const termsOf = ({ startsAt, endsAt, maxPerUser, limitPeriod, closed }: SaleTerms) => ({
  startsAt: dateOf(startsAt),
  endsAt: dateOf(endsAt),
  maxPerUser,
  limitPeriod,
  closed,
})

async function stockConflict(tx: Tx, id: number, quantity: number): Promise<Error> {
  const enough = await tx.product.count({ where: { id, stock: { gte: quantity } } })
  return enough === 0
    ? new WriteConflictError(outOfStock(id))
    : new TermsChangedError(`Price or terms of product ${id} changed`)
}
