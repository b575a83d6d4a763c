import { describe, expect, it } from "vitest"

import { endpointsOf, outcomeThresholds, personaOfVu, policyIndexOfVu } from "./outcomes.ts"
import type { Run } from "./outcomes.ts"
import { makeProfile } from "./profiles.ts"

const thresholds = (scenario: string, run: Partial<Run>) =>
  outcomeThresholds({
    profile: makeProfile(scenario, { scale: 1 }),
    persona: "A",
    limited: false,
    policies: 5,
    part: false,
    ...run,
  })

describe("what must come out", () => {
  it("of flow_iterations: 300 visits, 300 coupons, 300 orders, at least 1,801 requests", () => {
    expect(thresholds("flow_iterations", {})).toMatchObject({
      checks: ["rate==1"],
      iterations: ["count==300"],
      http_reqs: ["count>=1801"],
      coupon_granted: ["count==300"],
      coupon_refused: ["count==0"],
      order_created: ["count==300"],
    })
  })

  it("of flow_iterations with limited coupons: exactly 100 of 300 granted, and all 300 orders", () => {
    expect(thresholds("flow_iterations", { limited: true })).toMatchObject({
      coupon_granted: ["count==100"],
      coupon_refused: ["count==200"],
      order_created: ["count==300"],
    })
  })

  it("of the malicious persona: no order at all", () => {
    expect(thresholds("flow_iterations", { persona: "C" })).toMatchObject({ order_created: ["count==0"] })
    expect(thresholds("flow_10vus", { persona: "C" })).toMatchObject({ order_created: ["count==0"] })
  })

  it("of a mix: an order for everyone but the malicious", () => {
    expect(thresholds("flow_iterations", { persona: "mix" })).toMatchObject({
      order_created: ["count==257"],
    })
  })

  it("of a ramp with limited coupons: never more than there are", () => {
    expect(thresholds("flow_300vus", { limited: true })["coupon_granted"]).toEqual(["count>=1", "count<=100"])
  })

  it("of one part of a shared load: no number of its own", () => {
    expect(thresholds("flow_iterations", { part: true })).toEqual({
      checks: ["rate==1"],
      dropped_iterations: ["count==0"],
      coupon_refused: [],
    })
  })

  it("of an arrival rate: no iteration dropped", () => {
    expect(thresholds("flow_rps", {})).toMatchObject({ dropped_iterations: ["count==0"] })
  })
})

describe("who a VU is", () => {
  const everyone = Array.from({ length: 35 }, (_, index) => index + 1)

  it("is its persona the whole run long, and every persona meets every policy", () => {
    const met = new Set(everyone.map((vu) => `${personaOfVu("mix", vu)}${policyIndexOfVu(vu, 5)}`))
    expect([...met].toSorted()).toEqual(
      ["A", "B", "C"].flatMap((persona) => [0, 1, 2, 3, 4].map((policy) => `${persona}${policy}`)),
    )
  })

  it("is the persona asked for, when it is one", () => {
    expect(everyone.map((vu) => personaOfVu("B", vu))).toEqual(Array(35).fill("B"))
  })

  it("decides which endpoints are called", () => {
    expect(endpointsOf("A")).not.toContain("6_get_orders")
    expect(endpointsOf("C")).toContain("6_get_orders")
    expect(endpointsOf("mix")).toContain("6_get_orders")
  })
})
