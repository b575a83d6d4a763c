import { ORDER_PLACED } from "../events/outbox.ts"
import type { PlacedEntry } from "../events/outbox.ts"
import type { Tx } from "../infra/db.ts"
import { COUPON_USED, INSUFFICIENT_BALANCE, outOfStock } from "./decide.ts"
import type { Line, OrderCommand, Placed, Refused, Rows } from "./decide.ts"
import type { OrderJob } from "./job.ts"

/** A row changed between its read and its conditional write. The order is refused after all, and rolled back. */
export class WriteConflictError extends Error {
  override readonly name = "WriteConflictError"
  readonly refused: Refused

  constructor(refused: Refused) {
    super(refused.detail)
    this.refused = refused
  }
}

/** What an order touches, as it is now; nothing is locked. */
export async function readRows(tx: Tx, { userId, couponId, lines }: OrderCommand): Promise<Rows> {
  const user = await tx.user.findUnique({ where: { id: userId } })
  const coupon = couponId === null ? null : await tx.coupon.findUnique({ where: { id: couponId } })
  const products = await tx.product.findMany({
    where: { id: { in: lines.map(({ productId }) => productId) } },
  })
  const now = new Date()
  return {
    users: new Map(user ? [[user.id, { balance: Number(user.balance) }]] : []),
    coupons: new Map(coupon ? [[coupon.id, couponState(coupon, now)]] : []),
    products: new Map(
      products.map(({ id, price, stock }) => [id, { price: Number(price), stock: Number(stock) }]),
    ),
  }
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

/** Takes the money and the coupon on condition, and writes order, lines and ledger. */
export async function writeOrder(
  tx: Tx,
  { command, request }: OrderJob,
  placed: Placed,
): Promise<WrittenOrder> {
  const { userId, couponId } = command
  const { subtotal, discount, total, lines } = placed
  const balanceAfter = await spend(tx, userId, total)
  if (couponId !== null) await markUsed(tx, couponId)

  const keyed = request && { requestIdentity: request.identity, requestHash: request.hash }
  const { id, createdAt } = await tx.order.create({
    data: { userId, couponId, subtotal, discount, total, ...keyed },
  })
  await tx.orderLine.createMany({ data: lines.map((line) => ({ orderId: id, ...line })) })
  if (total > 0) {
    await tx.ledgerEntry.create({
      data: { userId, kind: "order", amount: -total, balanceAfter, orderId: id },
    })
  }
  const sold = Object.fromEntries(lines.map(({ productId, quantity }) => [productId, quantity]))
  const day = createdAt.toISOString().slice(0, 10)
  return { id: Number(id), day, sold }
}

/** Tells what was sold; after the stock was taken, since only that shows which product sold out. */
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

/** Takes the stock on condition, product by product in ascending order; returns the products that it sold out. */
export async function takeStock(tx: Tx, lines: readonly Line[]): Promise<number[]> {
  const soldOut: number[] = []
  for (const { productId, quantity } of lines) {
    const [left] = await tx.product.updateManyAndReturn({
      where: { id: productId, stock: { gte: quantity } },
      data: { stock: { decrement: quantity } },
      select: { stock: true },
    })
    if (!left) throw new WriteConflictError(outOfStock(productId))
    if (left.stock === 0n) soldOut.push(productId)
  }
  return soldOut
}
