import { drive } from "../load/drive.ts"
import type { LoadResult, Requests, Timing } from "../load/model.ts"
import type { Goods } from "../environment/shop.ts"
import { PRODUCTS } from "./history.ts"

export type Load = { url: string; callers: number; timing: Timing; requests: Requests; signal: AbortSignal }
export type LoadFigures = { rate: number; p95: number; failed: number }

const LINES = 5
/** Users whose pages are read; even a short history has as many who ordered. */
const READERS = 50

/** Drives the shop without pause. Rates per second, latencies in ms. */
export async function driveLoad({ signal, timing, ...load }: Load): Promise<LoadFigures> {
  const result = await drive({ plan: { ...load, ...timing }, signal, onWarm: async () => undefined })
  return figuresOf(result, timing)
}

function figuresOf({ accepted, refused, failed }: LoadResult, { measureMs }: Timing): LoadFigures {
  return { rate: (1_000 * accepted.count) / measureMs, p95: accepted.p95, failed: failed + refused.count }
}

const get = (path: string) => ({ method: "GET" as const, path, body: "" })

/** Each caller orders products of its own, spread over the catalogue. */
export const orderRequests = ({ userIds }: Goods): Requests =>
  userIds.map((userId, at) => ({
    path: "/orders",
    body: JSON.stringify({
      userId,
      couponId: null,
      items: Array.from({ length: LINES }, (_, line) => ({
        productId: 1 + (((at * LINES + line) * 7_919) % PRODUCTS),
        quantity: 1,
      })),
    }),
  }))

export const topRequests: Requests = [get("/products/top")]
export const realtimeRequests: Requests = [get("/products/top/realtime")]

/** Pages of users of the history. */
export const pageRequests = (firstUser: number, path: "orders" | "balance/history"): Requests =>
  Array.from({ length: READERS }, (_, at) => get(`/users/${firstUser + at * 97}/${path}`))
