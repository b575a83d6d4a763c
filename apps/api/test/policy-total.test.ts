import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { createChangeTotal } from "./support/change-total.ts"
import { createTrade, tally, times } from "./support/trade.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())
const changeTotal = createChangeTotal(shop)
const trade = createTrade(shop.request)

describe("a policy's total", () => {
  it("is never set below what was accepted, however the two meet", async () => {
    const { user, policy } = await trade.seed({ policies: 1, couponsPerPolicy: 300 })
    const changes = times(12, (n) =>
      changeTotal(policy(1), 20 + n).then(
        () => "changed",
        (error: unknown) => String(Object(error).code),
      ),
    )
    const claims = times(300, (n) => trade.claim({ userId: user(n + 1), policyId: policy(1) }))
    const outcomes = new Set(await Promise.all(changes))
    const { created } = tally(await Promise.all(claims))
    expect([...outcomes].filter((outcome) => outcome !== "changed")).toEqual(
      outcomes.has("TOTAL_BELOW_CLAIMED") ? ["TOTAL_BELOW_CLAIMED"] : [],
    )
    const row = await shop.deps.readDb.couponPolicy.findUniqueOrThrow({ where: { id: policy(1) } })
    expect(row.claimed).toBe(created)
    expect(await trade.violations()).toEqual({})
  })

  it("can be lowered to what was accepted, and raised again", async () => {
    const { user, policy } = await trade.seed({ policies: 1 })
    await Promise.all(times(5, (n) => trade.claim({ userId: user(n + 1), policyId: policy(1) })))
    await expect(changeTotal(policy(1), 4)).rejects.toMatchObject({
      code: "TOTAL_BELOW_CLAIMED",
      status: 409,
    })
    await changeTotal(policy(1), 5)
    const claim = () => trade.claim({ userId: user(6), policyId: policy(1) })
    expect(await claim()).toMatchObject({ status: 409, body: { code: "COUPON_SOLD_OUT" } })
    await changeTotal(policy(1), 6)
    await expect.poll(claim).toMatchObject({ status: 201 })
    await expect(changeTotal(policy(1) + 1, 6)).rejects.toMatchObject({ code: "POLICY_NOT_FOUND" })
  })
})
