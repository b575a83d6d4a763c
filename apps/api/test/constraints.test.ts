import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Db } from "../src/infra/db.ts"
import { sqlState } from "../src/infra/db-errors.ts"
import { createPlaceOrder } from "../src/orders/place-order.ts"
import { createTestDb, createTestRedis } from "./support/database.ts"
import { createShelf } from "./support/shop.ts"

const { db, ...database } = await createTestDb()
const { redis, ...redisDatabase } = await createTestRedis()
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redisDatabase[Symbol.asyncDispose]()
})

const UUID = "00000000-0000-4000-8000-000000000000"

beforeAll(async () => {
  const shelf = createShelf(db)
  const userId = await shelf.user({ balance: 10_000 })
  const lines = [{ productId: await shelf.product({ price: 1_000, stock: 10 }), quantity: 1 }]
  const place = createPlaceOrder({ db, redis, strategy: "batched", writers: 2, maxQueued: 10 })
  await place({ userId, couponId: await shelf.coupon(userId), lines }, null)
  await shelf.coupon(userId)
})

const CHECK = "23514"
const UNIQUE = "23505"

const FORBIDDEN: [what: string, state: string, change: (at: Db) => Promise<unknown>][] = [
  ["a balance below zero", CHECK, (at) => at.$executeRaw`UPDATE users SET balance = -1`],
  [
    "a balance that JSON cannot hold",
    CHECK,
    (at) => at.$executeRaw`UPDATE users SET balance = 9007199254740992`,
  ],
  [
    "a charge past the limit of a balance",
    CHECK,
    (at) => at.$executeRaw`UPDATE ledger_entries SET balance_after = 1000000000001 WHERE kind = 'charge'`,
  ],
  ["an empty name", CHECK, (at) => at.$executeRaw`UPDATE users SET name = ''`],
  ["a name with control characters", CHECK, (at) => at.$executeRaw`UPDATE users SET name = ${"a\nb"}`],
  ["a stock below zero", CHECK, (at) => at.$executeRaw`UPDATE products SET stock = -1`],
  ["a stock above what was stocked", CHECK, (at) => at.$executeRaw`UPDATE products SET stock = stocked + 1`],
  [
    "more coupons than the total",
    CHECK,
    (at) => at.$executeRaw`UPDATE coupon_policies SET claimed = total + 1`,
  ],
  [
    "a total below what was promised",
    CHECK,
    (at) => at.$executeRaw`UPDATE coupon_policies SET total = claimed - 1`,
  ],
  ["fewer coupons than none", CHECK, (at) => at.$executeRaw`UPDATE coupon_policies SET claimed = -1`],
  [
    "a rate above the whole",
    CHECK,
    (at) => at.$executeRaw`UPDATE coupon_policies SET discount_rate_bp = 10001`,
  ],
  ["an order that costs something else", CHECK, (at) => at.$executeRaw`UPDATE orders SET total = total + 1`],
  [
    "a discount above the price",
    CHECK,
    (at) => at.$executeRaw`UPDATE orders SET discount = subtotal + 1, total = -1`,
  ],
  ["a discount without a coupon", CHECK, (at) => at.$executeRaw`UPDATE orders SET coupon_id = NULL`],
  ["a line of nothing", CHECK, (at) => at.$executeRaw`UPDATE order_lines SET quantity = 0`],
  ["a ledger row of nothing", CHECK, (at) => at.$executeRaw`UPDATE ledger_entries SET amount = 0`],
  [
    "a charge that belongs to an order",
    CHECK,
    (at) => at.$executeRaw`UPDATE ledger_entries SET kind = 'charge'`,
  ],
  ["a ledger row of an unknown kind", CHECK, (at) => at.$executeRaw`UPDATE ledger_entries SET kind = 'gift'`],
  [
    "a coupon in two orders",
    UNIQUE,
    (at) => at.$executeRaw`
      INSERT INTO orders (user_id, coupon_id, subtotal, discount, total) SELECT 1, coupon_id, 1, 0, 1 FROM orders`,
  ],
  [
    "two coupons for one claim",
    UNIQUE,
    (at) => at.$executeRaw`UPDATE coupons SET claim_id = '00000000-0000-4000-8000-000000000000'`,
  ],
  [
    "two orders under one key",
    UNIQUE,
    (at) => at.$executeRaw`
      INSERT INTO orders (user_id, subtotal, discount, total, request_identity, request_hash)
      SELECT 1, 1, 0, 1, ${UUID}::uuid, ${UUID}::uuid FROM generate_series(1, 2)`,
  ],
  [
    "two charges under one key",
    UNIQUE,
    (at) => at.$executeRaw`
      INSERT INTO ledger_entries (user_id, kind, amount, balance_after, request_identity, request_hash)
      SELECT 1, 'charge', 1, 1, ${UUID}::uuid, ${UUID}::uuid FROM generate_series(1, 2)`,
  ],
  [
    "a sale that ends before it begins",
    CHECK,
    (at) => at.$executeRaw`UPDATE products SET starts_at = now(), ends_at = now() - interval '1 second'`,
  ],
  ["a limit of none per user", CHECK, (at) => at.$executeRaw`UPDATE products SET max_per_user = 0`],
  [
    "more units than the limit of a product",
    CHECK,
    (at) => at.$executeRaw`INSERT INTO purchase_counts VALUES (1, 1, 1, 3, 2)`,
  ],
  [
    "one order cancelled twice",
    UNIQUE,
    (at) =>
      at.$executeRaw`INSERT INTO cancellations (order_id, user_id, refunded) VALUES (1, 1, 0), (1, 1, 0)`,
  ],
  [
    "a refund that takes",
    CHECK,
    (at) => at.$executeRaw`
      INSERT INTO ledger_entries (user_id, kind, order_id, amount, balance_after) VALUES (1, 'refund', 1, -1, 0)`,
  ],
  [
    "a key without the hash of its payload",
    CHECK,
    (at) => at.$executeRaw`UPDATE orders SET request_identity = ${UUID}::uuid`,
  ],
]

describe("the database itself refuses", () => {
  it.each(FORBIDDEN)("%s", async (_what, state, change) => {
    const error: unknown = await change(db).then(
      () => undefined,
      (cause: unknown) => cause,
    )
    expect(sqlState(error)).toBe(state)
  })
})
