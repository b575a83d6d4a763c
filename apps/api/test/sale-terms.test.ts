import { Client } from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ORDER_STRATEGIES } from "../src/env.ts"
import { startApi, startShop } from "./support/api.ts"
import type { TestShop } from "./support/api.ts"
import { defined } from "./support/defined.ts"
import { createTrade, insist, outcomeOf, tally, times } from "./support/trade.ts"
import type { Trade } from "./support/trade.ts"

const HOUR_MS = 3_600_000
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS)

describe.each(ORDER_STRATEGIES)("%s orders", (strategy) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await startShop({ worker: false, variables: { ORDER_STRATEGY: strategy, DB_WRITE_POOL: "4" } })
    trade = createTrade(shop.request)
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const setTerms = (id: number, data: object) => shop.deps.writeDb.product.update({ where: { id }, data })

  /** A shop of two users with money and two products at 2,000 won. */
  async function open(request: object = {}) {
    const { user, product } = await trade.seed({ users: 2, products: 2, stock: 1_000, ...request })
    for (const n of [1, 2]) await trade.charge(user(n), 1_000_000)
    const buy = (n: number, quantity = 1, by = trade) =>
      insist(() => by.order({ userId: user(n), items: [{ productId: product(1), quantity }] }))
    return { user, product, buy }
  }

  const codeOf = async (answer: ReturnType<Trade["order"]>) => outcomeOf(await answer)

  it("are refused before the sale, with its time, after it, and while the product is closed", async () => {
    const { product, buy } = await open()
    const startsAt = inHours(1)
    await setTerms(product(1), { startsAt })
    expect((await buy(1)).body).toMatchObject({
      status: 409,
      code: "SALE_NOT_OPEN",
      startsAt: startsAt.toISOString(),
    })
    await setTerms(product(1), { startsAt: inHours(-2), endsAt: inHours(-1) })
    expect(await codeOf(buy(1))).toBe("SALE_OVER")
    await setTerms(product(1), { endsAt: inHours(1) })
    expect(await codeOf(buy(1))).toBe("created")
    await setTerms(product(1), { closed: true })
    expect(await codeOf(buy(1))).toBe("SALE_OVER")
    expect({ stock: await trade.stockOf(product(1)), violations: await trade.violations() }).toEqual({
      stock: 999,
      violations: {},
    })
  })

  it("never exceed a limit, whichever of two processes gets them at once", async () => {
    await using second = await startApi(shop)
    const other = createTrade(second.request)
    const { product, buy } = await open()
    await setTerms(product(1), { maxPerUser: 5 })
    const answers = await Promise.all(times(60, (n) => buy(1 + (n % 2), 2, n % 4 < 2 ? trade : other)))
    expect(tally(answers)).toEqual({ created: 4, LIMIT_REACHED: 56 })
    expect(await codeOf(buy(1))).toBe("created")
    expect(await codeOf(buy(1))).toBe("LIMIT_REACHED")
    expect(await shop.deps.readDb.purchaseCount.findMany({ orderBy: { userId: "asc" } })).toMatchObject([
      { units: 5, maxUnits: 5 },
      { units: 4, maxUnits: 5 },
    ])
    expect(await trade.violations()).toEqual({})
  })

  it("count for a limit from when it was set, on while it is changed, and anew when it was lifted", async () => {
    const { product, buy } = await open()
    await buy(1, 3)
    await setTerms(product(1), { maxPerUser: 2 })
    expect(await codeOf(buy(1, 2))).toBe("created")
    expect(await codeOf(buy(1))).toBe("LIMIT_REACHED")
    await setTerms(product(1), { maxPerUser: 3 })
    expect(await codeOf(buy(1))).toBe("created")
    await setTerms(product(1), { maxPerUser: 1 })
    expect(await codeOf(buy(1))).toBe("LIMIT_REACHED")
    expect(await codeOf(buy(2))).toBe("created")
    await setTerms(product(1), { maxPerUser: null })
    expect(await codeOf(buy(1))).toBe("created")
    await setTerms(product(1), { maxPerUser: 1 })
    expect(await codeOf(buy(1))).toBe("created")
    expect(await codeOf(buy(1))).toBe("LIMIT_REACHED")
    expect(await trade.violations()).toEqual({})
  })

  it("cost what the buyer expects, or buy nothing", async () => {
    const { user, product } = await open()
    const body = { userId: user(1), items: [{ productId: product(1), quantity: 2 }] }
    const changed = await shop.request.post("/orders").send({ ...body, expectedTotal: 3_999 })
    expect(changed.body).toMatchObject({ status: 409, code: "PRICE_CHANGED", totalAmount: 4_000 })
    await shop.request
      .post("/orders")
      .send({ ...body, expectedTotal: 4_000 })
      .expect(201)
    expect(await trade.balanceOf(user(1))).toBe(996_000)
  })

  it.each([
    { change: "closed = true", code: "SALE_OVER" },
    { change: "max_per_user = 1", code: "LIMIT_REACHED" },
    { change: "ends_at = now() - interval '1 hour'", code: "SALE_OVER" },
  ])("are decided on the terms that hold when they take the stock: $change", async ({ change, code }) => {
    const { product, buy } = await open()
    await using admin = await connect(shop.databaseUrl)
    await admin.query("BEGIN")
    await admin.query(`UPDATE products SET ${change} WHERE id = $1`, [product(1)])
    const pending = buy(1, 2)
    await expect.poll(async () => waiting(admin)).toBe(1)
    await admin.query("COMMIT")
    expect(await codeOf(pending)).toBe(code)
    expect(await trade.violations()).toEqual({})
  })
})

describe("conditional orders of one user", () => {
  /** Two at once of 3 units at 2,000 won where 5 are allowed: both are decided before the user is locked for either. */
  async function buyTwice(balance: number) {
    const variables = { ORDER_STRATEGY: "conditional", DB_WRITE_POOL: "4" }
    await using shop = await startShop({ worker: false, variables })
    const trade = createTrade(shop.request)
    const { user, product } = await trade.seed({ users: 1, products: 1, stock: 100 })
    await trade.charge(user(1), balance)
    await shop.deps.writeDb.product.update({ where: { id: product(1) }, data: { maxPerUser: 5 } })
    await using other = await connect(shop.databaseUrl)
    await other.query("BEGIN")
    await other.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [user(1)])
    const items = [{ productId: product(1), quantity: 3 }]
    const pending = times(2, () => trade.order({ userId: user(1), items }))
    await expect.poll(async () => lockWaits(shop)).toBe(2)
    await other.query("COMMIT")
    return { outcomes: tally(await Promise.all(pending)), violations: await trade.violations() }
  }

  it("are counted for a limit after the user was locked, though both were decided before that", async () => {
    const outcomes = { created: 1, LIMIT_REACHED: 1 }
    expect(await buyTwice(1_000_000)).toEqual({ outcomes, violations: {} })
  })

  it("are refused by the first rule that they break by then, not by the first write that fails", async () => {
    const outcomes = { created: 1, LIMIT_REACHED: 1 }
    expect(await buyTwice(6_000)).toEqual({ outcomes, violations: {} })
  })
})

async function connect(url: string) {
  const client = new Client({ connectionString: url })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/** Transactions that wait for the row that this client changed. */
async function waiting(client: Client): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))",
  )
  return rows[0]?.n ?? 0
}

/** Transactions of this database that wait for a row. Not asked in a transaction, which would see the same each time. */
async function lockWaits({ deps }: TestShop): Promise<number> {
  const rows = await deps.readDb.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
  return defined(rows[0]).n
}
