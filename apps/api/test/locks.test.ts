import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { createLocks } from "../src/infra/locks.ts"
import { createTestRedis } from "./support/database.ts"

const { redis, ...redisDatabase } = await createTestRedis()
afterAll(() => redisDatabase[Symbol.asyncDispose]())
beforeEach(() => redis.flushdb())

const locks = createLocks({ redis })

describe("locks in Redis", () => {
  it("let one owner in at a time, however many wait", async () => {
    let inside = 0
    let most = 0
    let total = 0
    await Promise.all(
      Array.from({ length: 50 }, () =>
        locks.withLocks(["a"], async () => {
          most = Math.max(most, ++inside)
          await redis.ping()
          inside--
          total++
        }),
      ),
    )
    expect({ most, total }).toEqual({ most: 1, total: 50 })
  })

  it("never deadlock on the same keys in another order, or twice", async () => {
    const orders = [
      ["a", "b", "c"],
      ["c", "b", "a"],
      ["b", "a", "b"],
    ]
    const runs = Array.from({ length: 30 }, (_, at) => locks.withLocks(orders[at % 3] ?? [], async () => at))
    expect(await Promise.all(runs)).toHaveLength(30)
  })

  it("refuse with OVERLOADED who waits too long, and give back what it had", async () => {
    const impatient = createLocks({ redis, waitMs: 50 })
    const held = await locks.hold(["b"])

    await expect(impatient.hold(["a", "b"])).rejects.toMatchObject({
      code: "OVERLOADED",
      retryAfterSeconds: 1,
    })
    expect(await redis.keys("*")).toEqual(["b"])
    await held[Symbol.asyncDispose]()
    expect(await redis.keys("*")).toEqual([])
  })

  it("are released when the work fails", async () => {
    const work = locks.withLocks(["a"], async () => {
      throw new Error("broken")
    })
    await expect(work).rejects.toThrow("broken")
    expect(await redis.keys("*")).toEqual([])
  })

  it("are not released by an owner whose time has run out", async () => {
    const brief = createLocks({ redis, ttlMs: 1 })
    const late = await brief.hold(["a"])
    await expect.poll(() => redis.exists("a")).toBe(0)
    const successor = await locks.hold(["a"])

    await late[Symbol.asyncDispose]()
    expect(await redis.exists("a")).toBe(1)
    await successor[Symbol.asyncDispose]()
  })

  it("answer UNAVAILABLE while Redis is down", async () => {
    const gone = redis.duplicate({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    gone.disconnect()
    await expect(createLocks({ redis: gone }).hold(["a"])).rejects.toMatchObject({ code: "UNAVAILABLE" })
  })
})
