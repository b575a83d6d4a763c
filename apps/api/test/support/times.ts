import { expect } from "vitest"
import { CouponList } from "../../src/coupons/schema.ts"
import type { startApi } from "./api.ts"
import { defined } from "./defined.ts"
import { createTrade, outcomeOf } from "./trade.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

type Api = Awaited<ReturnType<typeof startApi>>

/** What a shopper does, and how far the times that depend on it are from right, in whole minutes. */
export async function timesIn(api: Api) {
  const trade = createTrade(api.request)
  const began = Date.now()
  const minutesFrom = (ms: number, text: string | undefined) =>
    Math.round((Date.parse(defined(text)) - ms) / 60_000)
  const { user, product, policy } = await trade.seed({ users: 2, policies: 1, expireDays: 1 })
  await trade.charge(user(1), 100_000)
  await trade.claim({ userId: user(1), policyId: policy(1) })
  await expect.poll(() => trade.couponsOf(user(1))).toHaveLength(1)
  const placed = await trade.order({ userId: user(1), items: [{ productId: product(1), quantity: 2 }] })
  const { orderId }: { orderId: number } = Object(placed.body)
  const order: { createdAt: string } = Object((await api.request.get(`/orders/${orderId}`)).body)
  const [coupon] = CouponList.parse((await api.request.get(`/users/${user(1)}/coupons`)).body)
  await expect.poll(() => api.deps.readDb.outboxEvent.count()).toBe(0)
  const [sold] = await api.deps.readDb.productSales.findMany({ where: { quantity: { gt: 0 } } })

  const { writeDb } = api.deps
  const claimWithin = async (from: number, to: number) => {
    const data = { startsAt: new Date(began + from), endsAt: new Date(began + to) }
    await writeDb.couponPolicy.update({ where: { id: policy(1) }, data })
    return outcomeOf(await trade.claim({ userId: user(2), policyId: policy(1) }))
  }
  const afterWindow = await claimWithin(-2 * HOUR_MS, -HOUR_MS)
  const beforeWindow = await claimWithin(HOUR_MS, 2 * HOUR_MS)
  const data = { issuedAt: new Date(began - 2 * HOUR_MS), expiresAt: new Date(began - HOUR_MS) }
  await writeDb.coupon.updateMany({ data })
  return {
    ordered: minutesFrom(began, order.createdAt),
    issued: minutesFrom(began, coupon?.issuedAt),
    expires: minutesFrom(began + DAY_MS, coupon?.expiresAt),
    soldOnItsDay: sold?.day.toISOString().slice(0, 10) === order.createdAt.slice(0, 10),
    afterWindow,
    beforeWindow,
    expiredListed: (await trade.couponsOf(user(1))).length,
    violations: await trade.violations(),
  }
}

export const RIGHT = {
  ordered: 0,
  issued: 0,
  expires: 0,
  soldOnItsDay: true,
  afterWindow: "POLICY_NOT_OPEN",
  beforeWindow: "POLICY_NOT_OPEN",
  expiredListed: 0,
  violations: {},
}
