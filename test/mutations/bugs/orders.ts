import type { Bug } from "../bug.ts"

const DECIDE = "apps/api/src/orders/decide.ts"
const BATCH = "apps/api/src/orders/batch-write.ts"
const BATCHED = "apps/api/src/orders/strategies/batched.ts"
const PRISMA_WRITES = "apps/api/src/orders/prisma-writes.ts"
const PRICING = "apps/api/src/orders/pricing.ts"
const SCHEMA = "apps/api/src/orders/schema.ts"

const CONTENTION = "apps/api/test/contention.test.ts"
const RULES = "apps/api/test/orders.test.ts"
const HTTP = "apps/api/test/orders-http.test.ts"
const MODEL = "apps/api/test/model/model.test.ts"

const NO_STOCK_RULE = {
  file: DECIDE,
  find: "rowOf(rows.products, productId).stock < quantity",
  replace: "productId < 0",
}
const NO_BALANCE_RULE = { file: DECIDE, find: "if (balanceAfter < 0)", replace: "if (balanceAfter === null)" }

/** Guards of an order: stock, balance, coupon, price, and that it is whole. */
export const ORDER_BUGS: Bug[] = [
  {
    id: "stock-rule-dropped",
    guard: "an order is refused when the stock does not suffice",
    patches: [NO_STOCK_RULE],
    tests: [{ file: CONTENTION, names: ["batched > the last unit"] }],
  },
  {
    id: "stock-condition-dropped",
    guard: "stock is taken only while there is enough, in the statement that takes it",
    patches: [
      NO_STOCK_RULE,
      { file: BATCH, find: "WHERE p.id = t.id AND p.stock >= t.quantity", replace: "WHERE p.id = t.id" },
    ],
    without: ["products.products_stock_check"],
    tests: [{ file: CONTENTION, names: ["batched > the last unit"] }],
  },
  {
    id: "stock-condition-dropped-conditional",
    guard: "the same in the conditional strategies",
    patches: [
      {
        file: PRISMA_WRITES,
        find: "where: { id: productId, stock: { gte: quantity } }",
        replace: "where: { id: productId }",
      },
    ],
    without: ["products.products_stock_check"],
    tests: [{ file: CONTENTION, names: ["conditional > the last unit"] }],
  },
  {
    id: "balance-condition-dropped",
    guard: "money is taken only while there is enough",
    patches: [
      NO_BALANCE_RULE,
      { file: BATCH, find: "WHERE u.id = t.id AND u.balance >= t.amount", replace: "WHERE u.id = t.id" },
    ],
    without: ["users.users_balance_check", "ledger_entries.ledger_entries_balance_after_check"],
    tests: [{ file: CONTENTION, names: ["batched > the last won"] }],
  },
  {
    id: "balance-condition-dropped-conditional",
    guard: "the same in the conditional strategies, where the database is the last to say no",
    patches: [
      {
        file: PRISMA_WRITES,
        find: "where: { id: userId, balance: { gte: total } }",
        replace: "where: { id: userId }",
      },
    ],
    tests: [{ file: CONTENTION, names: ["conditional > the last won"] }],
  },
  {
    id: "earlier-orders-of-batch-ignored",
    guard: "an order of a batch is decided on what the earlier ones left",
    patches: [
      {
        file: DECIDE,
        find: `if (decided.outcome === "placed") take(order, decided.placed, left)`,
        replace: "",
      },
    ],
    tests: [{ file: CONTENTION, names: ["batched > the last unit", "batched > the last won"] }],
  },
  {
    id: "refusal-fails-neighbours",
    guard: "one order's refusal never fails another of its batch",
    patches: [
      {
        file: BATCHED,
        find: "  await writeBatch(tx, placed)",
        replace: `  if (placed.length < answers.size) throw new Error("One was refused")
  await writeBatch(tx, placed)`,
      },
    ],
    tests: [{ file: CONTENTION, names: ["batched > the last unit"] }],
  },
  {
    id: "coupon-not-marked-used",
    guard: "an order uses its coupon up",
    patches: [
      {
        file: BATCH,
        find: "UPDATE coupons SET used_at = now()",
        replace: "UPDATE coupons SET used_at = NULL",
      },
    ],
    tests: [{ file: CONTENTION, names: ["batched > one coupon"] }],
  },
  {
    id: "used-coupon-accepted",
    guard: "a used coupon is not accepted again",
    patches: [
      { file: DECIDE, find: "if (coupon.used) return COUPON_USED", replace: "" },
      { file: BATCH, find: " AND used_at IS NULL RETURNING 1", replace: " RETURNING 1" },
    ],
    without: ["orders.orders_coupon_id_key"],
    tests: [{ file: CONTENTION, names: ["batched > one coupon"] }],
  },
  {
    id: "used-coupon-accepted-conditional",
    guard: "the same in the conditional strategies, where an index is the last to say no",
    patches: [{ file: PRISMA_WRITES, find: "where: { id, usedAt: null }", replace: "where: { id }" }],
    tests: [{ file: CONTENTION, names: ["conditional > one coupon"] }],
  },
  {
    id: "coupon-of-another-accepted",
    guard: "a coupon is its owner's",
    patches: [{ file: DECIDE, find: "if (coupon.userId !== userId)", replace: "if (coupon.userId < 0)" }],
    tests: [
      { file: RULES, names: ["an order placed batched > is refused whole"] },
      { file: MODEL, names: ["a shop with batched orders > answers any sequence"] },
    ],
  },
  {
    id: "discount-not-subtracted",
    guard: "the discount is taken off the price",
    patches: [{ file: PRICING, find: "total: subtotal - discount", replace: "total: subtotal" }],
    without: ["orders.orders_total_check"],
    tests: [{ file: CONTENTION, names: ["batched > one coupon"] }],
  },
  {
    id: "rate-rounded-up",
    guard: "a rate of the subtotal is rounded down",
    patches: [
      {
        file: PRICING,
        find: "Math.floor((rest * rateBp) / BASIS)",
        replace: "Math.ceil((rest * rateBp) / BASIS)",
      },
    ],
    tests: [{ file: CONTENTION, names: ["a coupon with a rate"] }],
  },
  {
    id: "lines-not-merged",
    guard: "lines of one product are one line",
    patches: [{ file: SCHEMA, find: ".transform(mergeLines)", replace: ".transform((items) => items)" }],
    tests: [{ file: HTTP, names: ["POST /orders > merges lines of one product"] }],
  },
  {
    id: "line-lost",
    guard: "an order has all its lines",
    patches: [
      {
        file: BATCH,
        find: "own.map((line) => ({ id: order.id, ...line }))",
        replace: "own.slice(1).map((line) => ({ id: order.id, ...line }))",
      },
    ],
    tests: [{ file: HTTP, names: ["POST /orders > answers 201 with what was paid"] }],
  },
  {
    id: "ledger-row-missing",
    guard: "a payment is booked in the ledger",
    patches: [{ file: BATCH, find: "${insertLedger(paid)}", replace: "${insertLedger([])}" }],
    tests: [{ file: CONTENTION, names: ["batched > one coupon"] }],
  },
]
