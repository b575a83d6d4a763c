import { describe, expect, it } from "vitest"

import { judgedK6, k6 } from "./k6.ts"
import { startSaleShop } from "./sale-shop.ts"
import type { SaleFault } from "./sale-shop.ts"

// How fast this machine is must not decide what these tests say.
const LIMITS = { errorRate: 0, minSamples: 1 }
const SLA_JSON = JSON.stringify({ overall: LIMITS, endpoints: { "*": LIMITS } })
// 20 users of one VU who want 40 of 30 units, and press within a quarter of a second.
const ENV = { SCALE: "0.05", VUS: "400", SLA_JSON }
const RUN_MS = 60_000

const run = (url: string, env: Record<string, string> = {}) =>
  judgedK6({ ...ENV, TARGET_URL: url, ...env }, [], "sale.ts")

/** Titles of the rules that the run broke, and of the checks. */
const brokenIn = ({ summary }: Awaited<ReturnType<typeof run>>): string[] => [
  ...summary.run.thresholds.filter(({ ok }) => !ok).map(({ metric, rule }) => `${metric} ${rule}`),
  ...summary.run.checks.filter(({ fails }) => fails > 0).map(({ name }) => name),
]

describe.concurrent("the opening of a sale", { timeout: RUN_MS }, () => {
  it("refuses who comes early, sells everything, and gives nobody more than one may have", async () => {
    await using shop = await startSaleShop()
    const judged = await run(shop.url)
    expect(brokenIn(judged)).toEqual([])
    expect(judged.exitCode).toBe(0)
    const count = (metric: string) => judged.summary.metrics[metric]?.values["count"]
    expect(count("sale_users")).toBe(20)
    expect(count("sale_refused_early")).toBeGreaterThan(0)
    expect(count("sale_units_sold")).toBe(30)
    expect(count("sale_units_unsold")).toBe(0)
    expect(shop.stockLeft()).toBe(0)
    expect(Math.max(...shop.users.map(({ orders }) => orders.length))).toBe(2)
  })

  it("is shared by as many VUs as its users need", async () => {
    await using shop = await startSaleShop()
    const judged = await run(shop.url, { VUS: "700" })
    expect(brokenIn(judged)).toEqual([])
    expect(judged.summary.run.iterations).toBe(2)
    expect(shop.users).toHaveLength(35)
  })

  it("cannot be one of several parts", async () => {
    const { exitCode, stderr } = await k6({ PART: "1", SEEDED: '{"policyIds":[1]}' }, [], "sale.ts")
    expect(exitCode).toBe(107)
    expect(stderr).toContain("one k6 puts the product on sale")
  })
})

const FAULTS: [SaleFault, ...broken: string[]][] = [
  ["opens a second early", "sale_early_orders count==0"],
  ["opens early and dates its orders later", "sale_early_orders count==0"],
  ["opens late", "5 order: not too early once the sale has started"],
  ["never opens", "5 order: not too early once the sale has started", "sale_units_sold count==30"],
  ["is open all along", "sale_refused_early count>=1", "sale_early_orders count==0"],
  [
    "keeps a unit back",
    "sale_units_sold count==30",
    "sale_units_unsold count==0",
    "sale_units_left count==0",
  ],
  ["says too early that it is sold out", "5 order: nothing is sold after it was sold out"],
  ["sells one unit too many", "sale_units_sold count==30", "sale_units_unsold count==0"],
  ["sells a unit that it does not take off the stock", "sale_units_sold count==30"],
  ["never says that it is sold out", "5 order: bought, or refused for a reason of the sale"],
  ["has no limit", "5 order: nobody gets more than one may have"],
  ["limits each order alone", "sale_limit_reached count>=12"],
  ["limits everybody to one", "5 order: everybody may have the limit", "sale_units_sold count==30"],
  ["names another start", "5 order: too early says when"],
  ["takes another price", "5 order: paid is the price"],
  ["places an order twice", "6 orders: what was bought, each once"],
  ["keeps an order that it refused", "6 orders: what was bought, each once"],
  ["charges twice", "6 balance: less by what was paid"],
  ["answers 503 at the start", "5 order: bought, or refused for a reason of the sale"],
]

describe.concurrent("the opening of a sale in a shop that", { timeout: RUN_MS }, () => {
  it.each(FAULTS)("%s fails: %s", async (fault, ...broken) => {
    await using shop = await startSaleShop(fault)
    const judged = await run(shop.url)
    expect(judged.exitCode).toBe(99)
    expect(brokenIn(judged)).toEqual(expect.arrayContaining(broken))
  })
})
