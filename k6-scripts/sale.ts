import exec from "k6/execution"
import { Counter } from "k6/metrics"
import type { Options } from "k6/options"

import { announceSale, countUnitsLeft } from "./lib/api/sale.ts"
import type { OpenedSale } from "./lib/api/sale.ts"
import { createShop } from "./lib/api/shop.ts"
import { VisitAbandonedError } from "./lib/expect.ts"
import { SALE_ENDPOINTS } from "./lib/outcomes.ts"
import { MEASURING, judgeRun } from "./lib/run.ts"
import { USERS_PER_VU, makeSale, saleThresholds, usersOfVu } from "./lib/sale.ts"
import { readSettings } from "./lib/settings.ts"
import type { K6Summary } from "./lib/summary.ts"
import { seedShop } from "./lib/target.ts"
import { buyer } from "./personas/buyer.ts"

const SCENARIO = "sale_opening"
// The start, and some minutes for a slow shop; a sale that takes longer is cut off, which the verdict says.
const AT_MOST = "5m"

const settings = readSettings(__ENV)
if (settings.part) throw new Error("PART: one k6 puts the product on sale, so it cannot be one of several")
const sale = makeSale(settings)
const run = judgeRun({ settings, scenario: SCENARIO, endpoints: SALE_ENDPOINTS, judged: "all" })

export const options: Options = {
  ...MEASURING,
  scenarios: {
    [SCENARIO]: {
      executor: "per-vu-iterations",
      vus: Math.ceil(sale.users / USERS_PER_VU),
      iterations: 1,
      maxDuration: AT_MOST,
    },
  },
  thresholds: { ...saleThresholds(sale), ...run.thresholds },
  // Connections that are kept open between requests; every user has one, as in a browser.
  batch: USERS_PER_VU,
  batchPerHost: USERS_PER_VU,
}

const started = new Counter("iterations_started")
const users = new Counter("sale_users")
const shop = createShop({ url: settings.targetUrl, claimMayBeRefused: true })

export function setup(): OpenedSale & { startedAt: number } {
  if (!settings.seeded) seedShop(settings)
  return { ...announceSale(settings.targetUrl, sale), startedAt: Date.now() }
}

export default async function takePart(opened: OpenedSale): Promise<void> {
  exec.vu.metrics.tags["phase"] = "hold"
  started.add(1)
  await Promise.all(usersOfVu(exec.vu.idInTest, sale.users).map((user) => playUser(opened, user)))
}

async function playUser(opened: OpenedSale, user: number): Promise<void> {
  try {
    await buyer({ shop, url: settings.targetUrl, sale: opened }, user)
    users.add(1)
  } catch (error) {
    if (!(error instanceof VisitAbandonedError)) throw error
  }
}

export function teardown(opened: OpenedSale): void {
  countUnitsLeft(settings.targetUrl, opened)
}

export function handleSummary(data: K6Summary): Record<string, string> {
  return run.leave(data, SCENARIO, { persona: null, limited: false, phases: null, sale })
}
