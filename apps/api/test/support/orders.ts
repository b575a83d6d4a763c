import { expect } from "vitest"
import { createAudit } from "../../src/audit/service.ts"
import type { Answer } from "../../src/idempotency/answer.ts"
import type { OrderCommand } from "../../src/orders/decide.ts"
import { createPlaceOrder } from "../../src/orders/place-order.ts"
import { createTestDb, createTestRedis } from "./database.ts"
import { createShelf } from "./shop.ts"

export const STRATEGIES = ["batched", "conditional", "multilock_wide", "multilock_narrow"] as const

export function orderOf(
  userId: number,
  productId: number,
  { quantity = 1, couponId = null as number | null } = {},
) {
  return { userId, couponId, lines: [{ productId, quantity }] } satisfies OrderCommand
}

export const count = (answers: Answer[], code: string) =>
  answers.filter((answer) => answer.code === code).length
export const created = (answers: Answer[]) => answers.filter(({ status }) => status === 201)

/** A database and a Redis in which orders are placed without HTTP, until it is disposed. */
export async function openOrders() {
  const { db, ...database } = await createTestDb()
  const { redis, ...redisDatabase } = await createTestRedis()
  const audit = createAudit({ db })
  return {
    db,
    redis,
    shelf: createShelf(db),
    /** A process that places orders. However slow the machine, it refuses none for waiting. */
    start: (strategy: (typeof STRATEGIES)[number]) =>
      createPlaceOrder({
        db,
        redis,
        strategy,
        writers: 4,
        maxQueued: 1_000,
        queueWaitMs: 20_000,
        lockWaitMs: 20_000,
      }),
    expectCleanAudit: async () => {
      const { checks } = await audit.run()
      expect(checks.filter(({ violations }) => violations !== 0)).toEqual([])
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await redisDatabase[Symbol.asyncDispose]()
    },
  }
}
