import type { Tx } from "../infra/db.ts"
import type { OrderCommand, Rows } from "./decide.ts"

type UserRow = { id: number; balance: number }
type ProductRow = { id: number; price: number; stock: number }
type CouponRow = {
  id: number
  userId: number
  amount: number
  rateBp: number
  used: boolean
  expired: boolean
}

/**
 * Locks what a batch of orders may change and reads it: users, coupons, products, each by ascending id. Everybody
 * who locks in that order waits instead of deadlocking, and the hot rows, products, are held the shortest.
 */
export async function lockRows(tx: Tx, commands: readonly OrderCommand[]): Promise<Rows> {
  const users = await lockUsers(tx, idList(commands.map(({ userId }) => userId)))
  const couponIds = commands.flatMap(({ couponId }) => couponId ?? [])
  const coupons = couponIds.length === 0 ? [] : await lockCoupons(tx, idList(couponIds))
  const productIds = commands.flatMap(({ lines }) => lines.map(({ productId }) => productId))
  const products = await lockProducts(tx, idList(productIds))
  return {
    users: new Map(users.map((row) => [row.id, row])),
    coupons: new Map(
      coupons.map(({ id, amount, rateBp, ...row }) => [id, { ...row, discount: { amount, rateBp } }]),
    ),
    products: new Map(products.map((row) => [row.id, row])),
  }
}

// Money fits a double exactly (at most 10^12), and a double needs no BigInt on the way.
const lockUsers = (tx: Tx, ids: string) =>
  tx.$queryRaw<UserRow[]>`
    SELECT id, balance::float8 AS balance FROM users
    WHERE id = ANY (${ids}::int[]) ORDER BY id FOR NO KEY UPDATE`

const lockCoupons = (tx: Tx, ids: string) =>
  tx.$queryRaw<CouponRow[]>`
    SELECT id, user_id AS "userId", discount_amount::float8 AS amount, discount_rate_bp AS "rateBp",
           used_at IS NOT NULL AS used, expires_at <= now() AS expired
    FROM coupons WHERE id = ANY (${ids}::int[]) ORDER BY id FOR NO KEY UPDATE`

const lockProducts = (tx: Tx, ids: string) =>
  tx.$queryRaw<ProductRow[]>`
    SELECT id, price::float8 AS price, stock::float8 AS stock FROM products
    WHERE id = ANY (${ids}::int[]) ORDER BY id FOR NO KEY UPDATE`

/** An array of PostgreSQL as text: one string parameter costs far less than a list of values. */
function idList(ids: readonly number[]): string {
  return `{${[...new Set(ids)].join(",")}}`
}
