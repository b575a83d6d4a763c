import { databaseTime } from "../infra/clock.ts"
import type { Tx } from "../infra/db.ts"
import { pgArray } from "../infra/db.ts"
import { dateArray, rankedDays } from "../rankings/days.ts"
import { restartSales } from "../rankings/sales.ts"
import { startEpoch } from "../shop/epoch.ts"
import type { SeedRequest } from "./schema.ts"

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const OPEN_DAYS = 3

export type Seeded = { epoch: string; policyIds: number[]; productIds: number[] }

/**
 * Empties the shop and seeds it, in the caller's transaction, which holds the exclusive shop lock. Ids of users and
 * policies are never used twice, so that a request meant for the old shop finds no user in the new one; products
 * start at 1.
 */
export async function seedShop(tx: Tx, request: SeedRequest): Promise<Seeded> {
  // The first lock of the relay as well, so that the two do not deadlock.
  await restartSales(tx)
  await emptyShop(tx)
  const epoch = await startEpoch(tx)
  await addUsers(tx, request)
  const productIds = await addProducts(tx, request)
  const now = await databaseTime(tx)
  const policyIds = await addPolicies(tx, request, now)
  await addRankingSeeds(tx, { request, productIds, now })
  return { epoch, policyIds, productIds }
}

/** In the order in which claims and orders take their locks, so that none of them deadlocks with this. */
async function emptyShop(tx: Tx): Promise<void> {
  await tx.$executeRaw`TRUNCATE coupon_policies, users, coupon_claims, coupons`
  await tx.$executeRaw`TRUNCATE products RESTART IDENTITY`
  await tx.$executeRaw`TRUNCATE orders, order_lines, cancellations, purchase_counts, ledger_entries, outbox_events,
                      kept_answers, audit_segments, audit_balances, audit_sales, audit_purchases, audit_coupons,
                      event_totals, webhooks, webhook_deliveries`
}

async function addUsers(tx: Tx, { users }: SeedRequest): Promise<void> {
  await tx.$executeRaw`INSERT INTO users (name) SELECT 'u' || n FROM generate_series(1, ${users}::int) n`
}

async function addProducts(tx: Tx, { products, price, stock }: SeedRequest): Promise<number[]> {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    INSERT INTO products (name, price, stock, stocked)
    SELECT 'p' || n, ${price}::bigint, ${stock}::bigint, ${stock}::bigint FROM generate_series(1, ${products}::int) n
    RETURNING id`
  return rows.map(({ id }) => id)
}

async function addPolicies(tx: Tx, request: SeedRequest, now: Date): Promise<number[]> {
  const startsAt = new Date(now.getTime() - MINUTE_MS)
  const endsAt = new Date(now.getTime() + OPEN_DAYS * DAY_MS)
  const rows = await tx.$queryRaw<{ id: number }[]>`
    INSERT INTO coupon_policies
      (total, per_user_limit, discount_amount, discount_rate_bp, expire_days, starts_at, ends_at)
    SELECT ${request.couponsPerPolicy}::int, ${request.perUserLimit}::int, ${request.discountAmount}::bigint,
           ${request.discountRateBp}::int, ${request.expireDays}::int, ${startsAt}, ${endsAt}
    FROM generate_series(1, ${request.policies}::int)
    RETURNING id`
  return rows.map(({ id }) => id)
}

type RankingSeeds = { request: SeedRequest; productIds: number[]; now: Date }

async function addRankingSeeds(tx: Tx, { request, productIds, now }: RankingSeeds): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO product_sales (day, product_id, seeded, revision)
    SELECT day, product_id, seeded, revision
    FROM sales_state, unnest(${dateArray(rankedDays(now))}::date[]) AS day,
         unnest(${pgArray(productIds)}::int[], ${pgArray(request.topSold)}::bigint[]) AS t (product_id, seeded)
    WHERE seeded > 0`
}
