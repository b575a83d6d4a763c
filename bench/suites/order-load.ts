import type { LoadPlan } from "../load/model.ts"
import type { Figures } from "../report/model.ts"
import type { Goods, Shop } from "../environment/shop.ts"
import { cpuEach, measureLoad } from "./measure.ts"

export type Timing = { warmUpMs: number; measureMs: number }
export type OrderLoad = { shop: Shop; callers: number; timing: Timing; signal: AbortSignal }

export const LINES = 5

/** Each caller is a user of its own and orders one of each of the same products, again and again. */
export async function measureOrders({ shop, callers, timing, signal }: OrderLoad): Promise<Figures> {
  const goods = await shop.seed({ users: callers })
  const plan: LoadPlan = { url: shop.url, callers, ...timing, requests: orderRequests(goods) }
  const { from, to, seconds, cpu, accepted, refused, failed } = await measureLoad(shop, plan, signal)
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

function orderRequests({ userIds, productIds }: Goods): LoadPlan["requests"] {
  const items = productIds.slice(0, LINES).map((productId) => ({ productId, quantity: 1 }))
  return userIds.map((userId) => ({
    path: "/orders",
    body: JSON.stringify({ userId, couponId: null, items }),
  }))
}
