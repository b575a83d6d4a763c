import { drive } from "../load/drive.ts"
import type { LoadPlan, Timing } from "../load/model.ts"
import type { Goods, Shop } from "../environment/shop.ts"
import { cpuEach, measureLoad } from "./measure.ts"
import type { Window } from "./measure.ts"

export type OrderLoad = {
  shop: Shop
  callers: number
  /** More API processes of the same shop. */
  moreUrls?: string[] | undefined
  /** Whether every order has an Idempotency-Key of its own. */
  keyed?: boolean | undefined
  timing: Timing
  signal: AbortSignal
  window?: Window | undefined
}

export const LINES = 5

/** Each caller is a user of its own and orders one of each of the same products, again and again. */
export async function measureOrders(load: OrderLoad) {
  const { shop, callers, moreUrls, keyed, timing } = load
  const goods = await shop.seed({ users: callers })
  const plan: LoadPlan = {
    url: shop.url,
    moreUrls,
    callers,
    keyed,
    ...timing,
    requests: orderRequests(goods),
  }
  const { from, to, seconds, cpu, accepted, refused, failed } = await measureLoad(shop, plan, load)
  // What counts is in the database; an order is dated by the start of its transaction.
  const committed = await shop.number(
    "SELECT count(*) AS n FROM orders WHERE created_at >= $1 AND created_at < $2",
    [from, to],
  )
  return {
    committed,
    rate: committed / seconds,
    p50: accepted.p50,
    p95: accepted.p95,
    p99: accepted.p99,
    refused: refused.count,
    refusedP99: refused.count === 0 ? null : refused.p99,
    failed,
    ...cpuEach(cpu, committed),
  }
}

/** The same orders, answered by a server that has no shop behind it. */
export async function measureBare({ url, callers, timing, signal }: BareLoad) {
  const ids = (count: number) => Array.from({ length: count }, (_, at) => at + 1)
  const requests = orderRequests({ userIds: ids(callers), productIds: ids(LINES) })
  const plan: LoadPlan = { url, callers, ...timing, requests }
  const { accepted, failed } = await drive({ plan, signal, onWarm: async () => undefined })
  const { count, p50, p95, p99 } = accepted
  return { rate: (1_000 * count) / timing.measureMs, p50, p95, p99, failed }
}

type BareLoad = Omit<OrderLoad, "shop" | "keyed"> & { url: string }

function orderRequests({ userIds, productIds }: Omit<Goods, "policyIds">): LoadPlan["requests"] {
  const items = productIds.slice(0, LINES).map((productId) => ({ productId, quantity: 1 }))
  return userIds.map((userId) => ({
    path: "/orders",
    body: JSON.stringify({ userId, couponId: null, items }),
  }))
}
