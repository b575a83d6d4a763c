import { afterAll, describe, expect, it } from "vitest"
import { createDrain } from "../src/coupons/drain.ts"
import type { BatchStatements, Db } from "../src/infra/db.ts"
import { createLiveRanking } from "../src/rankings/live.ts"
import { createRelay } from "../src/rankings/relay.ts"
import { Ranking } from "../src/rankings/schema.ts"
import { startShop } from "./support/api.ts"
import { createTrade, times } from "./support/trade.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)

const MOMENTS = ["before", "after"] as const
const DEATH = "The process died"

/** A client whose owner dies in its next statement, just before or just after its commit. */
function dyingStatement(moment: (typeof MOMENTS)[number]): Db {
  const db = shop.deps.writeDb
  const $queryRaw = async (strings: TemplateStringsArray, ...values: unknown[]) => {
    await db.$transaction(async (tx) => {
      await tx.$queryRaw(strings, ...values)
      if (moment === "before") throw new Error(DEATH)
    })
    throw new Error(DEATH)
  }
  return new Proxy(db, {
    get: (own, name): unknown => (name === "raw" ? { ...own.raw, $queryRaw } : Reflect.get(own, name)),
  })
}

/** A client whose owner dies in its next transaction, just before or just after the commit. */
function dyingDb(moment: (typeof MOMENTS)[number]): Db {
  const db = shop.deps.writeDb
  const inBatch = async (work: (tx: BatchStatements) => Promise<unknown>) => {
    await db.inBatch(async (tx) => {
      await work(tx)
      if (moment === "before") throw new Error(DEATH)
    })
    throw new Error(DEATH)
  }
  return new Proxy(db, {
    get: (own, name): unknown => (name === "inBatch" ? inBatch : Reflect.get(own, name)),
  })
}

describe("a drain that dies", () => {
  const drainWith = (db: Db) => createDrain({ ...shop.deps, db }).drainAll()

  it.each(MOMENTS)("%s its commit loses no claim and grants none twice", async (moment) => {
    const { user, policy } = await trade.seed({ users: 20, policies: 1 })
    await Promise.all(times(20, (n) => trade.claim({ userId: user(n + 1), policyId: policy(1) })))

    await expect(drainWith(dyingStatement(moment))).rejects.toThrow(DEATH)
    expect.soft(await trade.violations()).toEqual({})
    await drainWith(shop.deps.writeDb)

    expect({ granted: await shop.deps.readDb.coupon.count(), violations: await trade.violations() }).toEqual({
      granted: 20,
      violations: {},
    })
  })
})

describe("a relay that dies", () => {
  const relayWith = (db: Db) => createRelay({ ...shop.deps, db }).relayAll()
  const live = createLiveRanking({ ...shop.deps, db: shop.deps.rankingDb })

  it.each(MOMENTS)("%s its commit counts every order once", async (moment) => {
    const { user, product } = await trade.seed({ users: 1, topSold: [] })
    await trade.charge(user(1), 1_000_000)
    const orders = times(10, (n) =>
      trade.order({ userId: user(1), items: [{ productId: product(1 + (n % 5)), quantity: 1 + n }] }),
    )
    await Promise.all(orders)

    await expect(relayWith(dyingDb(moment))).rejects.toThrow(DEATH)
    expect.soft(await trade.violations()).toEqual({})
    await relayWith(shop.deps.writeDb)
    await live.catchUp()

    const { body } = await shop.request.get("/products/top/realtime")
    expect({ sold: soldQty(body), violations: await trade.violations() }).toEqual({
      sold: [15, 13, 11, 9, 7],
      violations: {},
    })
  })
})

const soldQty = (ranking: unknown) => Ranking.parse(ranking).map((product) => product.soldQty)
