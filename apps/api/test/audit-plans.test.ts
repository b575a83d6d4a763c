import { afterAll, beforeAll, expect, it } from "vitest"
import { z } from "zod"
import { CHECKS } from "../src/audit/checks.ts"
import { Prisma } from "../src/generated/prisma/client.ts"
import { createTestDb } from "./support/database.ts"

const SEALED = 50_000
const OPEN = 20_000
const COUPONS = 100_000
const TABLES = ["coupons", "orders", "order_lines", "ledger_entries"]

const { db, ...database } = await createTestDb()
afterAll(() => database[Symbol.asyncDispose]())

/** What PostgreSQL knows is of the sealed orders alone, as after a crash, which loses how much was written since. */
beforeAll(async () => {
  for (const table of TABLES)
    await db.$executeRawUnsafe(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`)
  await db.$executeRaw`INSERT INTO users (name) SELECT 'user ' || n FROM generate_series(1, 1000) n`
  await db.$executeRaw`INSERT INTO products (name, price, stock, stocked) VALUES ('lamp', 10, 100, 100)`
  await db.$executeRaw`
    INSERT INTO coupon_policies (total, discount_amount, expire_days, starts_at, ends_at)
    VALUES (1000000, 1, 1, now(), now() + interval '1 day')`
  await db.$executeRaw`
    INSERT INTO coupons (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, expires_at)
    SELECT 1, 1 + n % 1000, n, gen_random_uuid(), 1, 0, now() + interval '1 day' FROM generate_series(1, ${COUPONS}::int) n`
  await placeOrders(1, SEALED, 1000)
  for (const table of TABLES) await db.$executeRawUnsafe(`ANALYZE ${table}`)
  await placeOrders(SEALED + 1, SEALED + OPEN, 5)
})

async function placeOrders(first: number, last: number, couponEvery: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO orders (id, user_id, coupon_id, subtotal, discount, total)
    SELECT n, 1 + n % 1000, CASE WHEN n % ${couponEvery}::int = 0 THEN n END, 10, 0, 10
    FROM generate_series(${first}::int, ${last}::int) n`
  await db.$executeRaw`
    INSERT INTO order_lines (order_id, product_id, quantity, unit_price)
    SELECT n, 1, 1, 10 FROM generate_series(${first}::int, ${last}::int) n`
  await db.$executeRaw`
    INSERT INTO ledger_entries (user_id, kind, amount, balance_after, order_id)
    SELECT 1 + n % 1000, 'order', -10, 0, n FROM generate_series(${first}::int, ${last}::int) n`
}

type Plan = { "Node Type": string; "Join Filter"?: string | undefined; Plans?: Plan[] | undefined }
const Plan: z.ZodType<Plan> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Join Filter": z.string().optional(),
    Plans: z.array(Plan).optional(),
  }),
)
const Explained = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan })]) })])

/** Joins that compare every row with every other. */
const joinsOfPairs = (plan: Plan): string[] => [
  ...(plan["Node Type"] === "Nested Loop" ? [plan["Join Filter"] ?? []].flat() : []),
  ...(plan.Plans ?? []).flatMap(joinsOfPairs),
]

it("no check compares every open row with every other, however few PostgreSQL expects", async () => {
  const open = {
    orders: { after: SEALED, through: Number.MAX_SAFE_INTEGER },
    entries: { after: SEALED, through: Number.MAX_SAFE_INTEGER },
    cancellations: { after: 0, through: Number.MAX_SAFE_INTEGER },
    coupons: { after: 0, through: Number.MAX_SAFE_INTEGER },
  }
  const found = await db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
                                set_config('max_parallel_workers_per_gather', '0', true)`
    const pairs: Record<string, string[]> = {}
    for (const { id, query } of CHECKS) {
      const rows = await tx.$queryRaw(Prisma.sql`EXPLAIN (FORMAT JSON) ${query(open)}`)
      pairs[id] = joinsOfPairs(Explained.parse(rows)[0]["QUERY PLAN"][0].Plan)
    }
    return pairs
  })
  expect(Object.entries(found).filter(([, pairs]) => pairs.length > 0)).toEqual([])
})
