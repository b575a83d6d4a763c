import assert from "node:assert/strict"
import { afterAll, expect, it } from "vitest"
import { createDrain } from "../src/coupons/drain.ts"
import type { Db } from "../src/infra/db.ts"
import { createLiveRanking } from "../src/rankings/live.ts"
import { createRelay } from "../src/rankings/relay.ts"
import { startShop } from "./support/api.ts"
import { createTrade, times } from "./support/trade.ts"

const ROUNDS = 15
/** PostgreSQL plans a statement for its own parameters five times before it considers one plan for any. */
const TRIED = 5
const USERS = 24
const PRODUCTS = 10

const shop = await startShop({ worker: false, variables: { DB_WRITE_POOL: "1", DB_READ_POOL: "1" } })
afterAll(() => shop[Symbol.asyncDispose]())
const { readDb, writeDb } = shop.deps
const trade = createTrade(shop.request)
const drain = createDrain({ ...shop.deps, db: writeDb })
const relay = createRelay({ ...shop.deps, db: writeDb })
const live = createLiveRanking({ ...shop.deps, db: readDb })

type Planned = { statement: string; custom: number; times: number }

/** The statements of a pool's only connection that ran often. */
const oftenRun = (db: Db) =>
  db.raw.$queryRaw<Planned[]>`
    SELECT statement, custom_plans::int AS custom, (custom_plans + generic_plans)::int AS times
    FROM pg_prepared_statements WHERE custom_plans + generic_plans > ${2 * TRIED}::int`

/** Every second of many has an Idempotency-Key. */
const keyFor = (text: string, n: number) => (n % 2 === 0 ? undefined : `${text}-${n}`)

async function buy(round: number, seeded: Awaited<ReturnType<typeof trade.seed>>): Promise<void> {
  // Batches of many sizes, of which each could get a plan of its own.
  const users = times(USERS - round, (n) => seeded.user(n + 1))
  await Promise.all(users.map((id, n) => trade.charge(id, 100_000, keyFor(`charge-${round}`, n))))
  const claims = users.map((userId, n) => ({ userId, policyId: seeded.policy(1 + (n % 2)) }))
  await Promise.all(claims.map((claim, n) => trade.claim(claim, keyFor(`claim-${round}`, n))))
  await drain.drainAll()
  const coupons = await Promise.all(users.map((id) => trade.couponsOf(id)))
  const orders = await Promise.all(
    users.map((userId, n) => {
      const items = [{ productId: seeded.product(1 + (n % PRODUCTS)), quantity: 1 }]
      const couponId = coupons[n]?.[0]?.couponId ?? null
      return trade.order({ userId, couponId, items }, keyFor(`order-${round}`, n))
    }),
  )
  for (const { status, text } of orders) assert.equal(status, 201, text)
  const placed = orders.slice(0, 8).map(({ body }) => Number(Object(body).orderId))
  await Promise.all(placed.map((id, n) => trade.cancel(id, keyFor(`cancel-${round}`, n))))
  await relay.relayAll()
  await live.catchUp()
}

async function look(userIds: readonly number[]): Promise<void> {
  const pages = ["balance", "coupons", "orders", "balance/history"]
  const paths = userIds.flatMap((id, n) => [
    ...pages.map((page) => `/users/${id}/${page}`),
    `/users/id?name=u${n + 1}`,
    "/products/top/realtime",
  ])
  const answers = await Promise.all(paths.map(async (path) => shop.request.get(path)))
  for (const { status, text } of answers) assert.equal(status, 200, text)
}

it("PostgreSQL plans nothing again and again that buyers ask for", { timeout: 60_000 }, async () => {
  const seeded = await trade.seed({ users: 2 * USERS, products: PRODUCTS, policies: 2, perUserLimit: 100 })
  for (let round = 0; round < ROUNDS; round++) {
    await buy(round, seeded)
    // Half of them bought nothing.
    await look(times(2 * USERS - round, (n) => seeded.user(n + 1)))
  }
  const often = [...(await oftenRun(writeDb)), ...(await oftenRun(readDb))]
  expect(often.length).toBeGreaterThan(15)
  expect(often.filter(({ custom }) => custom > TRIED)).toEqual([])
})
