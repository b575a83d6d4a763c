import type { OrderItem } from "../client/effects.ts"
import type { HttpRequest } from "../client/http.ts"
import type { Shopper } from "../client/shopper.ts"
import type { Fault } from "./fault.ts"

/** Orders whose lines come in any order and more than once, between requests that are plainly wrong. */
export const malformed: Fault = {
  name: "disorder",
  title: "lines in random order, products named twice, and broken bodies",
  visit,
  run: ({ hold }) => hold(10_000),
}

async function visit(shopper: Shopper): Promise<void> {
  const { random, sender } = shopper
  await sender.send(shopper.charge())
  await sender.send(shopper.order(repeated(shopper)))
  await sendBroken(shopper, random.pick(brokenRequests(shopper)))
}

/** Some products of the basket appear on several lines. */
function repeated({ random, basket }: Shopper): OrderItem[] {
  const lines = basket()
  return random.shuffled([...lines, ...lines.slice(0, random.between(0, 2))])
}

async function sendBroken({ http, reportForbidden }: Shopper, request: HttpRequest): Promise<void> {
  const outcome = await http.send(request)
  if ("lost" in outcome || outcome.status === 503) return
  if (outcome.status >= 400 && outcome.status < 500) return
  reportForbidden({
    request: `${request.path} ${JSON.stringify(request.body)}`,
    status: outcome.status,
    body: outcome.body,
  })
}

function brokenRequests({ userId, shop }: Shopper): HttpRequest[] {
  const [productId] = shop.productIds
  const quantities = [0, -1, 2 ** 31, 1.5, 1e308, "1", null, true]
  const order = (body: unknown): HttpRequest => ({ method: "POST", path: "/orders", body })
  return [
    ...quantities.map((quantity) => order({ userId, couponId: null, items: [{ productId, quantity }] })),
    ...[{}, [], null, "text", { userId, items: [] }, { userId, items: {} }].map(order),
    order({ userId, couponId: "1", items: [{ productId, quantity: 1 }] }),
    order({ userId, couponId: 2 ** 31 - 1, items: [{ productId, quantity: 1 }] }),
    order({ userId, couponId: null, items: [{ productId: 2 ** 31 - 1, quantity: 1 }] }),
    order({ userId: 2 ** 31 - 1, couponId: null, items: [{ productId, quantity: 1 }] }),
    order({ userId, couponId: null, items: Array.from({ length: 101 }, () => ({ productId, quantity: 1 })) }),
    order({
      userId,
      couponId: null,
      items: Array.from({ length: 2 }, () => ({ productId, quantity: 1_000 })),
    }),
    ...['{"userId":', '{"__proto__":{"items":1}}', "[".repeat(5_000), '"\\u0000"', "\u0000"].map(order),
    ...[0, -5, 1.5, 100_000_001, 1e308, "10", null].map((amount) => ({
      method: "POST" as const,
      path: `/users/${userId}/balance`,
      body: { amount },
    })),
    ...["0", "-1", "1e3", "9999999999999999999", "%00", "x", ""].map((policyId) => ({
      method: "POST" as const,
      path: `/coupons?userId=${userId}&policyId=${policyId}`,
    })),
  ]
}
