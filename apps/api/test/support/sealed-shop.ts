import { expect } from "vitest"
import { createSealer } from "../../src/audit/seal-job.ts"
import { createAudit } from "../../src/audit/service.ts"
import { createLogger } from "../../src/infra/logger.ts"
import { createPlaceOrder } from "../../src/orders/place-order.ts"
import { createTestDb, createTestRedis } from "./database.ts"
import { createShelf } from "./shop.ts"

const EMPTIED = `
  TRUNCATE users, products, coupon_policies, coupons, orders, order_lines, ledger_entries, outbox_events,
           product_sales, audit_segments, audit_balances, audit_sales, audit_purchases, audit_coupons, event_totals,
           cancellations, purchase_counts RESTART IDENTITY`

/** A shop whose orders are sealed, two per segment, until it is disposed. */
export async function openSealedShop() {
  const { db, ...database } = await createTestDb()
  const { redis, ...redisDatabase } = await createTestRedis()
  const audit = createAudit({ db })
  const logger = createLogger({ level: "silent", process: "worker" })
  const shelf = createShelf(db)
  const place = createPlaceOrder({ db, redis, strategy: "batched", writers: 2, maxQueued: 100 })
  /** The user and the product of its orders. */
  const ids = { userId: 0, productId: 0 }

  const order = (couponId: number | null = null) =>
    place({ userId: ids.userId, couponId, lines: [{ productId: ids.productId, quantity: 2 }] }, null)
  const createSealing = () => createSealer({ db, logger, orders: 2, entries: 4, coupons: 2 })

  return {
    db,
    audit,
    shelf,
    ids,
    order,
    createSealing,
    /** Empties it and places six orders. */
    reset: async () => {
      await db.$executeRawUnsafe(EMPTIED)
      ids.userId = await shelf.user({ balance: 100_000 })
      ids.productId = await shelf.product({ price: 1_000, stock: 100 })
      await db.product.update({ where: { id: ids.productId }, data: { maxPerUser: 50 } })
      for (let n = 0; n < 6; n++) await order()
    },
    /** Seals all that is settled. */
    sealAll: async () => {
      const seal = createSealing()
      await expect.poll(seal).toBe("done")
    },
    /** The checks that find a violation. */
    violated: async ({ full = false } = {}) => {
      const { checks } = await (full ? audit.runFull() : audit.run())
      return checks.filter(({ violations }) => violations > 0).map(({ id }) => id)
    },
    sealedOrders: async () => (await audit.run()).seals.reduce((sum, { orders }) => sum + orders, 0),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await redisDatabase[Symbol.asyncDispose]()
    },
  }
}
