import { setTimeout as sleep } from "node:timers/promises"

import { claimRequests } from "../load/requests.ts"
import type { Figures } from "../report/model.ts"
import { boundOf } from "../environment/histogram.ts"
import { startShop } from "../environment/shop.ts"
import type { Shop } from "../environment/shop.ts"
import { cpuEach, measureLoad } from "./measure.ts"
import type { OrderLoad } from "./order-load.ts"
import type { Suite } from "./suite.ts"

/** With a pause, a caller claims about once per second, as a shopper of flow_300vus does. */
const VARIANTS = [
  { name: "100 callers", callers: 100 },
  { name: "300 callers", callers: 300 },
  { name: "300 callers, a key for each claim", callers: 300, keyed: true },
  { name: "300 callers, one claim per second each", callers: 300, pauseMs: 1_000 },
]
const DRAINED_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 50

export const couponsSuite: Suite = {
  title: "Coupon claims through HTTP, and how fast they become coupons",
  columns: [
    { figure: "rate", heading: "accepted", unit: "rate" },
    { figure: "drainRate", heading: "drained meanwhile", unit: "rate" },
    { figure: "left", heading: "waiting at the end", unit: "count" },
    { figure: "drainedMs", heading: "none waiting after", unit: "ms" },
    { figure: "p50", heading: "p50", unit: "ms" },
    { figure: "p95", heading: "p95", unit: "ms" },
    { figure: "p99", heading: "p99", unit: "ms" },
    { figure: "visibleP99", heading: "p99 until the coupon is there, at most", unit: "ms" },
    { figure: "failed", heading: "refused or failed", unit: "count" },
    { figure: "lost", heading: "accepted and no coupon", unit: "count" },
    { figure: "apiMs", heading: "API CPU per claim", unit: "ms" },
    { figure: "workerMs", heading: "worker CPU per claim", unit: "ms" },
    { figure: "databaseMs", heading: "database CPU per claim", unit: "ms" },
  ],
  async open({ io, quick, opened }) {
    const shop = opened.use(await startShop({ io, shopEnv: {} }))
    const timing = quick ? { warmUpMs: 1_000, measureMs: 3_000 } : { warmUpMs: 2_000, measureMs: 8_000 }
    const variants = VARIANTS.map(({ name, callers, pauseMs, keyed }) => ({
      name,
      measure: () => measureClaims({ shop, callers, pauseMs, keyed, timing, signal: io.interrupted }),
    }))
    return { variants, versions: { PostgreSQL: await shop.version() } }
  },
}

type ClaimLoad = OrderLoad & { pauseMs?: number | undefined; keyed?: boolean | undefined }

/** Each caller is a user of its own and claims coupons of one policy, again and again. */
export async function measureClaims(load: ClaimLoad): Promise<Figures> {
  const { shop, callers, pauseMs, keyed, timing } = load
  const requests = claimRequests(await shop.seed({ users: callers }))
  const plan = { url: shop.url, callers, pauseMs, keyed, ...timing, requests }
  const visibleBefore = await shop.visibleSeconds()
  const { from, to, seconds, cpu, accepted, acceptedEver, refused, failed } = await measureLoad(
    shop,
    plan,
    load,
  )
  const left = await shop.number("SELECT count(*) AS n FROM coupon_claims")
  const drainedMs = await drained(shop)
  const visible = boundOf(0.99, visibleBefore, await shop.visibleSeconds())
  // Coupons are dated by their claim.
  const claimed = await shop.number(
    "SELECT count(*) AS n FROM coupons WHERE issued_at >= $1 AND issued_at < $2",
    [from, to],
  )
  return {
    accepted: claimed,
    rate: claimed / seconds,
    drainRate: Math.max(0, claimed - left) / seconds,
    left,
    drainedMs,
    p50: accepted.p50,
    p95: accepted.p95,
    p99: accepted.p99,
    visibleP99: visible === null ? null : visible * 1_000,
    failed: failed + refused.count,
    // Those that were in progress at the end are coupons as well, and their answers were not counted.
    lost: Math.max(0, acceptedEver - (await shop.number("SELECT count(*) AS n FROM coupons"))),
    ...cpuEach(cpu, claimed),
  }
}

/** Waits until every claim is a coupon, and answers for how many ms; null when it takes too long. */
async function drained(shop: Shop): Promise<number | null> {
  const since = performance.now()
  while ((await shop.number("SELECT count(*) AS n FROM coupon_claims")) > 0) {
    if (performance.now() - since > DRAINED_WITHIN_MS) return null
    await sleep(LOOK_EVERY_MS)
  }
  return performance.now() - since
}
