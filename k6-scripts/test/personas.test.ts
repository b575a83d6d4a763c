import { describe, expect, it } from "vitest"

import { judgedK6 } from "./k6.ts"
import { startShop } from "./shop.ts"
import type { Fault } from "./shop.ts"

// How fast this machine is must not decide what these tests say.
const LIMITS = { errorRate: 0, minSamples: 1 }
const SLA_JSON = JSON.stringify({ overall: LIMITS, endpoints: { "*": LIMITS } })
// One visit by seven users: four of persona A, two of B, one of C.
const MIX = { SCENARIO: "flow_iterations", VUS: "7", PERSONA: "mix", SLA_JSON }
const ONE_POLICY = JSON.stringify({ policyIds: [1] })

describe.concurrent("against a shop that keeps the contract", () => {
  it("A charges 10,000 and pays 8,000 with its coupon", async () => {
    await using shop = await startShop()
    const { exitCode, summary } = await judgedK6({ ...MIX, PERSONA: "A", TARGET_URL: shop.url })
    expect(summary.run.checks.filter(({ fails }) => fails > 0)).toEqual([])
    expect(exitCode).toBe(0)
    expect(shop.paid).toEqual(Array(7).fill(8_000))
    expect([...shop.users.keys()].toSorted()).toEqual(["u1", "u2", "u3", "u4", "u5", "u6", "u7"])
    expect([...shop.users.values()].map(({ balance }) => balance)).toEqual(Array(7).fill(2_000))
  })

  it("A pays 10,000 when its claim is refused", async () => {
    await using shop = await startShop({ coupons: 2 })
    const env = { ...MIX, PERSONA: "A", SCENARIO: "flow_10vus", VUS: "2", SCALE: "0.02" }
    const { exitCode } = await judgedK6({ ...env, TARGET_URL: shop.url, SEEDED: ONE_POLICY })
    expect(exitCode).toBe(0)
    expect(new Set(shop.paid)).toEqual(new Set([8_000, 10_000]))
  })

  it("B takes a second product when a coupon pays for it, and ends at 0 either way", async () => {
    await using shop = await startShop({ coupons: 20 })
    const env = { ...MIX, VUS: "25", PERSONA: "B", LIMITED: "1" }
    const { exitCode } = await judgedK6({ ...env, TARGET_URL: shop.url, SEEDED: ONE_POLICY })
    expect(exitCode).toBe(0)
    expect(shop.paid).toEqual(Array(25).fill(2_000))
    expect([...shop.users.values()].map(({ balance }) => balance)).toEqual(Array(25).fill(0))
  })

  it("C is refused with a coupon and without, visit after visit", async () => {
    await using shop = await startShop({ coupons: 20 })
    const env = { ...MIX, SCENARIO: "smoke", VUS: "9", PERSONA: "C", LIMITED: "1" }
    const { exitCode, summary } = await judgedK6({ ...env, TARGET_URL: shop.url, SEEDED: ONE_POLICY })
    expect(exitCode).toBe(0)
    expect(shop.paid).toEqual([])
    expect(summary.run.endpoints.find(({ name }) => name === "5_create_order")).toMatchObject({
      n: 54,
      failed: 0,
    })
  })

  it("the mix sends every request under its name", async () => {
    await using shop = await startShop()
    const { exitCode, summary } = await judgedK6({ ...MIX, TARGET_URL: shop.url })
    expect(exitCode).toBe(0)
    const counts = Object.fromEntries(summary.run.endpoints.map(({ name, n }) => [name, n]))
    expect(counts).toEqual({
      "0_setup_init_data": 1,
      "0_get_userId": 7,
      "1_charge_balance": 7,
      "2_claim_coupon": 7,
      "3_get_coupons": 8,
      "4_get_top_products": 7,
      "5_create_order": 8,
      "6_get_balance": 7,
      "6_get_orders": 1,
    })
    expect(shop.requests).toHaveLength(53)
  })

  it("grants exactly the limited coupons and refuses the rest", async () => {
    await using shop = await startShop({ coupons: 20 })
    const env = { ...MIX, VUS: "25", PERSONA: "A", LIMITED: "1", TARGET_URL: shop.url }
    const { exitCode, summary } = await judgedK6({ ...env, SEEDED: ONE_POLICY })
    expect(exitCode).toBe(0)
    expect(summary.metrics["coupon_granted"]).toMatchObject({ values: { count: 20 } })
    expect(summary.metrics["coupon_refused"]).toMatchObject({ values: { count: 5 } })
    expect(summary.metrics["order_created"]).toMatchObject({ values: { count: 25 } })
    expect(summary.metrics["http_req_failed"]).toMatchObject({ values: { rate: 0 } })
  })
})

const FAULTS: [fault: Fault, broken: string, env?: Record<string, string>][] = [
  ["answers 500 to orders", "5 order: 201 and its id"],
  ["breaks off orders", "5 order: 201 and its id"],
  ["takes no discount", "5 order: paid is the price less the coupon"],
  ["takes the discount from nobody's total", "5 order: paid is the price less the coupon"],
  ["charges twice", "6 balance: less by what was paid"],
  ["keeps the balance as it was", "6 balance: ends at 0"],
  ["forgets part of the charge", "1 charge: the balance grew by the amount"],
  ["mixes up users", "1 charge: 201 for this user"],
  ["lists no best sellers", "4 best sellers: 200 and 5 products"],
  ["lists best sellers upside down", "4 best sellers: the most sold first"],
  ["issues no coupon", "3 coupons: a promised one is there after a second"],
  ["issues cheap coupons", "3 coupons: 200 and a list of 2000 won coupons"],
  ["refuses every claim", "2 claim: 201"],
  ["refuses without a reason", "2 claim: 201, or 409 with a reason", { LIMITED: "1" }],
  ["sells on credit", "5 cheating: refused with a reason"],
  ["burns a refused coupon", "6 coupons: the refused one is still usable"],
  ["records refused orders", "6 orders: none exists"],
  ["takes money for refused orders", "6 balance: untouched"],
  [
    "honors anybody's coupon",
    "5 cheating: refused with a reason",
    { LIMITED: "1", PERSONA: "C", VUS: "30", SEEDED: ONE_POLICY },
  ],
]

describe.concurrent("a shop that", () => {
  it("fails is quoted", async () => {
    await using shop = await startShop({ faults: ["answers 500 to orders"] })
    const { summary } = await judgedK6({ ...MIX, PERSONA: "A", TARGET_URL: shop.url })
    expect(summary.run.checks).toContainEqual({
      name: "5 order: 201 and its id - got 500 INTERNAL",
      passes: 0,
      fails: 7,
    })
  })

  it.each(FAULTS)("%s fails the run: %s", async (fault, broken, env = {}) => {
    await using shop = await startShop({ faults: [fault], coupons: 20 })
    const { exitCode, summary } = await judgedK6({ ...MIX, TARGET_URL: shop.url, ...env })
    expect(exitCode).toBe(99)
    expect(summary.run.checks.filter(({ fails }) => fails > 0).map(({ name }) => name)).toContain(broken)
    expect(summary.run.thresholds).toContainEqual({ metric: "checks", rule: "rate==1", ok: false })
  })

  it("issues too many coupons fails the limited run, though every answer looks right", async () => {
    await using shop = await startShop({ faults: ["issues too many coupons"] })
    const env = { ...MIX, VUS: "25", PERSONA: "A", LIMITED: "1", TARGET_URL: shop.url }
    const { exitCode, summary } = await judgedK6({ ...env, SEEDED: ONE_POLICY })
    expect(exitCode).toBe(99)
    expect(summary.run.checks.filter(({ fails }) => fails > 0)).toEqual([])
    expect(summary.run.thresholds.filter(({ ok }) => !ok)).toEqual([
      { metric: "coupon_granted", rule: "count==20", ok: false },
      { metric: "coupon_refused", rule: "count==5", ok: false },
    ])
  })
})
