import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { createTrade, insist, tally, times } from "./support/trade.ts"

const shop = await startShop()
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop)

const CALLERS = 300
const DRAINED_WITHIN = { timeout: 10_000 }

/** What PostgreSQL granted, once it does not change any more. */
async function expectGranted(count: number, heldBy: number) {
  const held = () => shop.deps.readDb.coupon.groupBy({ by: ["userId"], _count: true })
  const granted = () => shop.deps.readDb.coupon.count()
  await expect.poll(granted, DRAINED_WITHIN).toBe(count)
  await expect.poll(() => trade.violations(), DRAINED_WITHIN).toEqual({})
  expect({ granted: await granted(), holders: (await held()).length }).toEqual({
    granted: count,
    holders: heldBy,
  })
}

describe("through HTTP,", () => {
  it(`a policy's total is given away exactly when ${CALLERS} users press at once`, async () => {
    const { user, policy } = await trade.refill({ policies: 1, couponsPerPolicy: 20 })
    const answers = await Promise.all(
      times(CALLERS, (n) => insist(() => trade.claim({ userId: user(n + 1), policyId: policy(1) }))),
    )
    expect.soft(tally(answers)).toEqual({ created: 20, COUPON_SOLD_OUT: CALLERS - 20 })
    await expectGranted(20, 20)
  })

  it(`a policy's limit holds for each of ten users who press ${CALLERS} times at once`, async () => {
    const { user, policy } = await trade.refill({ policies: 1, perUserLimit: 2 })
    const answers = await Promise.all(
      times(CALLERS, (n) => insist(() => trade.claim({ userId: user(1 + (n % 10)), policyId: policy(1) }))),
    )
    expect.soft(tally(answers)).toEqual({ created: 20, COUPON_LIMIT_REACHED: CALLERS - 20 })
    await expectGranted(20, 10)
  })

  it(`${CALLERS} claims of five policies are ${CALLERS} coupons`, async () => {
    const { user, policy } = await trade.refill()
    const answers = await Promise.all(
      times(CALLERS, (n) =>
        insist(() => trade.claim({ userId: user(n + 1), policyId: policy(1 + (n % 5)) })),
      ),
    )
    expect(tally(answers)).toEqual({ created: CALLERS })
    await expectGranted(CALLERS, CALLERS)
  })
})
