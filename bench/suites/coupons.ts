import { setTimeout as sleep } from "node:timers/promises"

import type { LoadPlan } from "../load/model.ts"
import type { Figures } from "../report/model.ts"
import { boundOf } from "../environment/histogram.ts"
import { startShop } from "../environment/shop.ts"
import type { Goods, Shop } from "../environment/shop.ts"
import { cpuEach, measureLoad } from "./measure.ts"
import type { OrderLoad } from "./order-load.ts"
import type { Suite } from "./suite.ts"
import { versionsOf } from "./versions.ts"

/** With a pause, a caller claims about once per second, as a shopper of flow_300vus does. */
const VARIANTS = [
  { name: "100 callers", callers: 100 },
  { name: "300 callers", callers: 300 },
  { name: "300 callers, one claim per second each", callers: 300, pauseMs: 1_000 },
]
const DRAINED_WITHIN_MS = 60_000

export const couponsSuite: Suite = {
  title: "Coupon claims through HTTP, and how fast they become coupons",
  columns: [
    { figure: "rate", heading: "accepted", unit: "rate" },
    { figure: "drainRate", heading: "drained meanwhile", unit: "rate" },
    { figure: "left", heading: "waiting at the end", unit: "count" },
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
  async open({ io, quick }) {
    const shop = await startShop({ io, shopEnv: {} })
    const timing = quick ? { warmUpMs: 1_000, measureMs: 3_000 } : { warmUpMs: 2_000, measureMs: 8_000 }
    const variants = VARIANTS.map(({ name, callers, pauseMs }) => ({
      name,
      measure: () => measureClaims({ shop, callers, pauseMs, timing, signal: io.interrupted }),
    }))
    return { variants, versions: await versionsOf(shop), [Symbol.asyncDispose]: shop[Symbol.asyncDispose] }
  },
}

type ClaimLoad = OrderLoad & { pauseMs?: number | undefined }

/** Each caller is a user of its own and claims coupons of one policy, again and again. */
export async function measureClaims({ shop, callers, pauseMs, timing, signal }: ClaimLoad): Promise<Figures> {
  const requests = claimRequests(await shop.seed({ users: callers }))
  const plan = { url: shop.url, callers, pauseMs, ...timing, requests }
  const visibleBefore = await shop.visibleSeconds()
  const { from, to, seconds, cpu, accepted, refused, failed } = await measureLoad(shop, plan, signal)
  // Coupons are dated by their claim, so those granted in time are counted by what is there now.
  const granted = await shop.number("SELECT count(*) AS n FROM coupons")
  await drained(shop)
  const visible = boundOf(0.99, visibleBefore, await shop.visibleSeconds())
  const claimed = await shop.number(
    "SELECT count(*) AS n FROM coupons WHERE issued_at >= $1 AND issued_at < $2",
    [from, to],
  )
  const left = (await shop.number("SELECT count(*) AS n FROM coupons")) - granted
  return {
    accepted: claimed,
    rate: claimed / seconds,
    drainRate: Math.max(0, claimed - left) / seconds,
    left,
    p50: accepted.p50,
    p95: accepted.p95,
    p99: accepted.p99,
    visibleP99: visible === null ? null : visible * 1_000,
    failed: failed + refused.count,
    // The callers' window lies within the database's, so each of their 201s has its coupon in it.
    lost: Math.max(0, accepted.count - claimed),
    ...cpuEach(cpu, claimed),
  }
}

/** Waits until no more coupons appear. */
async function drained(shop: Shop): Promise<void> {
  const deadline = performance.now() + DRAINED_WITHIN_MS
  let before = -1
  let now = await shop.number("SELECT sum(claimed) AS n FROM coupon_policies")
  while (now !== before && performance.now() < deadline) {
    await sleep(1_000)
    before = now
    now = await shop.number("SELECT sum(claimed) AS n FROM coupon_policies")
  }
}

function claimRequests({ userIds, policyIds }: Goods): LoadPlan["requests"] {
  return userIds.map((userId, index) => {
    const policyId = policyIds[index % policyIds.length]
    return { path: `/coupons?userId=${userId}&policyId=${policyId}`, body: "" }
  })
}
