import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { createTrade, insist, tally, times } from "./support/trade.ts"

const shop = await startShop()
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)

const CALLERS = 300
const DRAINED_WITHIN = { timeout: 10_000, interval: 100 }

/** Awaits what PostgreSQL has granted once everything is drained, and an audit that finds nothing. */
async function expectGranted(coupons: number, holders: number) {
  const granted = async () => {
    const held = await shop.deps.readDb.coupon.groupBy({ by: ["userId"], _count: true })
    return {
      coupons: held.reduce((sum, { _count }) => sum + _count, 0),
      holders: held.length,
      violations: await trade.violations(),
    }
  }
  await expect.poll(granted, DRAINED_WITHIN).toEqual({ coupons, holders, violations: {} })
}

describe("through HTTP,", () => {
  it(`a policy's total is granted exactly when ${CALLERS} users claim at once`, async () => {
    const { user, policy } = await trade.seed({ policies: 1, couponsPerPolicy: 20 })
    const answers = await Promise.all(
      times(CALLERS, (n) => insist(() => trade.claim({ userId: user(n + 1), policyId: policy(1) }))),
    )
    expect.soft(tally(answers)).toEqual({ created: 20, COUPON_SOLD_OUT: CALLERS - 20 })
    await expectGranted(20, 20)
  })

  it(`a policy's limit holds for each of ten users who claim ${CALLERS} times at once`, async () => {
    const { user, policy } = await trade.seed({ policies: 1, perUserLimit: 2 })
    const answers = await Promise.all(
      times(CALLERS, (n) => insist(() => trade.claim({ userId: user(1 + (n % 10)), policyId: policy(1) }))),
    )
    expect.soft(tally(answers)).toEqual({ created: 20, COUPON_LIMIT_REACHED: CALLERS - 20 })
    await expectGranted(20, 10)
  })

  it(`${CALLERS} claims of five policies are ${CALLERS} coupons`, async () => {
    const { user, policy } = await trade.seed()
    const answers = await Promise.all(
      times(CALLERS, (n) =>
        insist(() => trade.claim({ userId: user(n + 1), policyId: policy(1 + (n % 5)) })),
      ),
    )
    expect(tally(answers)).toEqual({ created: CALLERS })
    await expectGranted(CALLERS, CALLERS)
  })
})
