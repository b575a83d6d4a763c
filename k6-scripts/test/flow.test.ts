import { describe, expect, it } from "vitest"

import { judgedK6, k6 } from "./k6.ts"
import { startShop } from "./shop.ts"

const NO_LATENCY = sla({ errorRate: 0 })
const SEEDED = JSON.stringify({ policyIds: [1, 2, 3, 4, 5] })
const FOUR = { SCENARIO: "flow_iterations", VUS: "4", SLA_JSON: NO_LATENCY }

const HALVES = ["0:1/2", "1/2:1"].map((segment) => [
  "--execution-segment",
  segment,
  "--execution-segment-sequence",
  "0,1/2,1",
])

/** The same limits for every endpoint and overall; one request of each is enough. */
function sla(limits: object): string {
  const enough = { minSamples: 1, ...limits }
  return JSON.stringify({ overall: enough, endpoints: { "*": enough } })
}

describe.concurrent("flow.ts run by hand", () => {
  it("seeds the shop itself and prints a verdict with a row per endpoint", async () => {
    await using shop = await startShop()
    const { exitCode, stdout } = await k6({ ...FOUR, TARGET_URL: shop.url })
    expect(exitCode).toBe(0)
    expect(shop.seeds).toEqual([{}])
    expect(stdout).toContain("PASS  flow_iterations, persona A: 4 iterations, 0 cut off, 0 dropped")
    expect(stdout).toMatch(/^ {2}5_create_order +4 +0( +\d+\.\d){4}$/m)
    expect(stdout).toMatch(/^ {2}overall +28 +0( +\d+\.\d){4}$/m)
  })

  it("names what was crossed and what was broken", async () => {
    await using shop = await startShop({ faults: ["takes no discount"] })
    const { exitCode, stdout } = await k6({ ...FOUR, TARGET_URL: shop.url })
    expect(exitCode).toBe(99)
    expect(stdout).toContain("FAIL  flow_iterations")
    expect(stdout).toContain("crossed  checks rate==1")
    expect(stdout).toContain("broken   5 order: paid is the price less the coupon (4 of 4)")
  })

  it("seeds twenty coupons a policy for the limited variant", async () => {
    await using shop = await startShop()
    const { exitCode } = await k6({ ...FOUR, LIMITED: "true", TARGET_URL: shop.url })
    expect(exitCode).toBe(0)
    expect(shop.seeds).toEqual([{ couponsPerPolicy: 20 }])
  })

  it.each([
    ["fails to seed", "answered 500"],
    ["seeds no policy", "expected {policyIds"],
  ] as const)("does not start against a shop that %s", async (fault, said) => {
    await using shop = await startShop({ faults: [fault] })
    const { exitCode, stderr } = await k6({ ...FOUR, TARGET_URL: shop.url })
    expect(exitCode).toBe(107)
    expect(stderr).toContain(said)
    expect(shop.requests).toEqual(["POST /init"])
  })

  it("refuses settings that mean nothing, all in one message", async () => {
    const { exitCode, stderr } = await k6({ PERSONA: "D", SCALE: "fast", SLA_JSON: '{"overall":{"p96":1}}' })
    expect(exitCode).toBe(107)
    expect(stderr).toContain("PERSONA: expected A, B, C, mix")
    expect(stderr).toContain("SCALE: expected a number above 0")
    expect(stderr).toContain("SLA_JSON: overall.p96 is not a limit")
  })

  it("names the scenarios there are when asked for another", async () => {
    const { exitCode, stderr } = await k6({ SCENARIO: "flow_11vus" })
    expect(exitCode).toBe(107)
    expect(stderr).toContain("flow_iterations, flow_10vus, flow_100vus, flow_300vus")
  })
})

describe.concurrent("flow.ts run by loadctl", () => {
  it("does not seed a shop that was seeded", async () => {
    await using shop = await startShop()
    const { exitCode, summary } = await judgedK6({ ...FOUR, SEEDED, TARGET_URL: shop.url })
    expect(exitCode).toBe(0)
    expect(shop.seeds).toEqual([])
    expect(summary.run.endpoints.map(({ name }) => name)).not.toContain("0_setup_init_data")
  })

  it.each([
    ["20261122-120000-flow_rps-3f9a", "20261122-120000-flow_rps-3f9a"],
    ["no id\nfor a header", undefined],
  ])("names the run %j in every request as %j", async (TESTID, named) => {
    await using shop = await startShop()
    expect(await judgedK6({ ...FOUR, TESTID, SEEDED, TARGET_URL: shop.url })).toMatchObject({ exitCode: 0 })
    expect([...shop.runIds]).toEqual([named])
  })

  it("writes its settings and k6's own numbers into the summary file, and nothing to stdout", async () => {
    await using shop = await startShop()
    const env = { ...FOUR, SEEDED, TESTID: "t-1", TARGET_URL: shop.url }
    const { stdout, summary } = await judgedK6(env)
    expect(stdout).toBe("")
    expect(summary.run).toMatchObject({
      schema: "saleproof.k6-run/1",
      testid: "t-1",
      scenario: "flow_iterations",
      persona: "A",
      limited: false,
      scale: 1,
      target: shop.url,
      judged: "all",
      phases: null,
      iterations: 4,
      interrupted: 0,
      dropped: 0,
      overall: { name: "overall", n: 28, failed: 0 },
    })
    const orders = summary.metrics["http_req_duration{scenario:flow_iterations,name:5_create_order}"]
    expect(Object.keys(orders?.values ?? {})).toEqual(
      expect.arrayContaining(["med", "p(95)", "p(99)", "max", "count"]),
    )
    for (const trend of ["charge_balance", "coupon_issue", "coupon_check", "get_top5", "order"]) {
      expect(summary.metrics[`${trend}_time`]?.values).toMatchObject({ count: 4 })
    }
  })

  it("shares its users with another process, each having its part of the load", async () => {
    await using shop = await startShop()
    const env = { ...FOUR, SEEDED, PART: "1", TARGET_URL: shop.url }
    const parts = await Promise.all(HALVES.map((flags) => judgedK6(env, flags)))
    expect(parts.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(parts.map(({ summary }) => summary.run.iterations)).toEqual([2, 2])
    expect([...shop.users.keys()].toSorted()).toEqual(["u1", "u2", "u3", "u4"])
  })

  it("fails when an endpoint or the whole is slower than its limit", async () => {
    await using shop = await startShop()
    const { exitCode, summary } = await judgedK6({
      ...FOUR,
      SLA_JSON: sla({ p95: 0.001 }),
      TARGET_URL: shop.url,
    })
    expect(exitCode).toBe(99)
    const crossed = summary.run.thresholds.filter(({ ok }) => !ok).map(({ metric }) => metric)
    expect(crossed).toContain("http_req_duration{scenario:flow_iterations}")
    expect(crossed).toContain("http_req_duration{scenario:flow_iterations,name:2_claim_coupon}")
    expect(crossed).toHaveLength(8)
  })

  it("measures what only warns, and passes", async () => {
    await using shop = await startShop()
    const SLA_JSON = sla({ p95: 0.001, minSamples: 1_000, severity: "warn" })
    const { exitCode, summary } = await judgedK6({ ...FOUR, SLA_JSON, TARGET_URL: shop.url })
    expect(exitCode).toBe(0)
    expect(summary.run.endpoints.every(({ p95 }) => p95 !== null)).toBe(true)
  })

  it("fails with too few samples", async () => {
    await using shop = await startShop()
    const { exitCode } = await judgedK6({ ...FOUR, SLA_JSON: sla({ minSamples: 5 }), TARGET_URL: shop.url })
    expect(exitCode).toBe(99)
  })

  it("fails when an endpoint that the SLA names was never called", async () => {
    await using shop = await startShop()
    const SLA_JSON = JSON.stringify({
      overall: { minSamples: 1 },
      endpoints: { "*": { minSamples: 1 }, "7_refund": { p95: 200 } },
    })
    const { exitCode, summary } = await judgedK6({ ...FOUR, SLA_JSON, TARGET_URL: shop.url })
    expect(exitCode).toBe(99)
    expect(summary.run.thresholds.filter(({ ok }) => !ok)).toEqual([
      { metric: "http_reqs{scenario:flow_iterations,name:7_refund}", rule: "count>=1", ok: false },
    ])
  })

  it("fails when nothing was measured, and reports no figure", async () => {
    await using shop = await startShop()
    const env = { ...FOUR, VUS: "1", PART: "1", SEEDED, TARGET_URL: shop.url }
    // The second half of one user is nobody.
    const { exitCode, summary } = await judgedK6(env, HALVES[1])
    expect(exitCode).toBe(99)
    expect(shop.requests).toEqual([])
    const empty = { n: 0, failed: 0, p50: null, p95: null, p99: null, max: null }
    expect(summary.run.overall).toEqual({ name: "overall", ...empty })
    const crossed = summary.run.thresholds.filter(({ ok }) => !ok)
    expect(crossed).toHaveLength(8)
    expect(crossed.every(({ metric, rule }) => metric.startsWith("http_reqs{") && rule === "count>=1")).toBe(
      true,
    )
  })

  it("does not hammer a shop that gets its users nowhere", async () => {
    await using shop = await startShop({ faults: ["mixes up users"] })
    const env = { SCENARIO: "flow_10vus", SCALE: "0.04", VUS: "2", SEEDED, SLA_JSON: NO_LATENCY }
    const { exitCode, summary } = await judgedK6({ ...env, TARGET_URL: shop.url })
    expect(exitCode).toBe(99)
    expect(summary.run.iterations).toBeLessThan(50)
  })

  it("ramps up, holds and ramps down with users that keep their balance", async () => {
    await using shop = await startShop()
    const env = { SCENARIO: "flow_10vus", SCALE: "0.04", VUS: "5", SEEDED, SLA_JSON: NO_LATENCY }
    const { exitCode, summary } = await judgedK6({ ...env, TARGET_URL: shop.url })
    expect(exitCode).toBe(0)
    expect(summary.run["phases"]).toEqual({ warmup: 1.2, hold: 2.4, cooldown: 0.4 })
    expect(shop.users.size).toBe(5)
    expect(summary.run.iterations).toBeGreaterThan(5)
  })

  it("judges only the hold of an arrival rate", async () => {
    await using shop = await startShop()
    const env = { SCENARIO: "flow_rps", RATE: "10", SCALE: "0.1", DURATION: "15", SEEDED }
    const { exitCode, summary } = await judgedK6({ ...env, SLA_JSON: NO_LATENCY, TARGET_URL: shop.url })
    expect(exitCode).toBe(0)
    expect(summary.run["judged"]).toBe("hold")
    const { iterations, overall } = summary.run
    expect(iterations).toBeGreaterThanOrEqual(25)
    expect(overall.n).toBeLessThan(iterations * 7)
  })

  it("fails when it could not keep up the arrival rate", async () => {
    await using shop = await startShop()
    const env = { SCENARIO: "flow_rps", RATE: "20", MAX_VUS: "2", SCALE: "0.1", DURATION: "10", SEEDED }
    const { exitCode, summary } = await judgedK6({ ...env, SLA_JSON: NO_LATENCY, TARGET_URL: shop.url })
    expect(exitCode).toBe(99)
    expect(summary.run.dropped).toBeGreaterThan(0)
    expect(summary.run.thresholds).toContainEqual({
      metric: "dropped_iterations",
      rule: "count==0",
      ok: false,
    })
  })
})
