import { bug } from "../bug.ts"
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

const NO_STOCK_RULE = [DECIDE, "rowOf(rows.products, productId).stock < quantity", "productId < 0"] as const
const NO_BALANCE_RULE = [DECIDE, "if (balanceAfter < 0)", "if (balanceAfter === null)"] as const

/** Guards of an order: stock, balance, coupon, price, and that it is whole. */
export const ORDER_BUGS: Bug[] = [
  bug("stock-rule-dropped", "an order is refused when the stock does not suffice")
    .replacing(...NO_STOCK_RULE)
    .caughtBy(CONTENTION, "batched > the last unit"),
  bug("stock-condition-dropped", "stock is taken only while there is enough, in the statement that takes it")
    .replacing(...NO_STOCK_RULE)
    .replacing(BATCH, "WHERE p.id = t.id AND p.stock >= t.quantity", "WHERE p.id = t.id")
    .dropping("products.products_stock_check")
    .caughtBy(CONTENTION, "batched > the last unit"),
  bug("stock-condition-dropped-conditional", "the same in the conditional strategies")
    .replacing(
      PRISMA_WRITES,
      "where: { id: productId, stock: { gte: quantity }, price",
      "where: { id: productId, price",
    )
    .dropping("products.products_stock_check")
    .caughtBy(CONTENTION, "conditional > the last unit"),
  bug("balance-condition-dropped", "money is taken only while there is enough")
    .replacing(...NO_BALANCE_RULE)
    .replacing(BATCH, "WHERE u.id = t.id AND u.balance >= t.amount", "WHERE u.id = t.id")
    .dropping("users.users_balance_check", "ledger_entries.ledger_entries_balance_after_check")
    .caughtBy(CONTENTION, "batched > the last won"),
  bug(
    "balance-condition-dropped-conditional",
    "the same in the conditional strategies, where the database is the last to say no",
  )
    .replacing(PRISMA_WRITES, "where: { id: userId, balance: { gte: total } }", "where: { id: userId }")
    .caughtBy(CONTENTION, "conditional > the last won"),
  bug("earlier-orders-of-batch-ignored", "an order of a batch is decided on what the earlier ones left")
    .replacing(DECIDE, `if (decided.outcome === "placed") take(order, decided.placed, left)`, "")
    .caughtBy(CONTENTION, "batched > the last unit", "batched > the last won"),
  bug("refusal-fails-neighbours", "one order's refusal never fails another of its batch")
    .replacing(
      BATCHED,
      "  const firsts = await writeBatch(tx, decided, requests)",
      `  if (decided.placed.length < answers.size) throw new Error("One was refused")
  const firsts = await writeBatch(tx, decided, requests)`,
    )
    .caughtBy(CONTENTION, "batched > the last unit"),
  bug("coupon-not-marked-used", "an order uses its coupon up")
    .replacing(BATCH, "UPDATE coupons SET used_at = now()", "UPDATE coupons SET used_at = NULL")
    .caughtBy(CONTENTION, "batched > one coupon"),
  bug("used-coupon-accepted", "a used coupon is not accepted again")
    .replacing(DECIDE, "if (coupon.used) return COUPON_USED", "")
    .replacing(BATCH, " AND used_at IS NULL RETURNING 1", " RETURNING 1")
    .dropping("orders.orders_coupon_id_key")
    .caughtBy(CONTENTION, "batched > one coupon"),
  bug(
    "used-coupon-accepted-conditional",
    "the same in the conditional strategies, where an index is the last to say no",
  )
    .replacing(PRISMA_WRITES, "where: { id, usedAt: null }", "where: { id }")
    .caughtBy(CONTENTION, "conditional > one coupon"),
  bug("coupon-of-another-accepted", "a coupon is its owner's")
    .replacing(DECIDE, "if (coupon.userId !== userId)", "if (coupon.userId < 0)")
    .caughtBy(RULES, "an order placed batched > is refused whole")
    .caughtBy(MODEL, "a shop with batched orders > answers any sequence"),
  bug("discount-not-subtracted", "the discount is taken off the price")
    .replacing(PRICING, "total: subtotal - discount", "total: subtotal")
    .dropping("orders.orders_total_check")
    .caughtBy(CONTENTION, "batched > one coupon"),
  bug("rate-rounded-up", "a rate of the subtotal is rounded down")
    .replacing(PRICING, "Math.floor((rest * rateBp) / BASIS)", "Math.ceil((rest * rateBp) / BASIS)")
    .caughtBy(CONTENTION, "a coupon with a rate"),
  bug("lines-not-merged", "lines of one product are one line")
    .replacing(SCHEMA, ".transform(mergeLines)", ".transform((items) => items)")
    .caughtBy(HTTP, "POST /orders > merges lines of one product"),
  bug("line-lost", "an order has all its lines")
    .replacing(
      BATCH,
      "own.map((line) => ({ id: order.id, userId",
      "own.slice(1).map((line) => ({ id: order.id, userId",
    )
    .caughtBy(HTTP, "POST /orders > answers 201 with what was paid"),
  bug("ledger-row-missing", "a payment is booked in the ledger")
    .replacing(BATCH, "${insertLedger(paid)}", "${insertLedger([])}")
    .caughtBy(CONTENTION, "batched > one coupon"),
]
