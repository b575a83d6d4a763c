import type { Random } from "../random.ts"
import type { Effect, OrderItem } from "./effects.ts"
import type { Http, HttpAnswer } from "./http.ts"
import type { ForbiddenResponse } from "./journal.ts"
import type { Sender } from "./sender.ts"

/** The products, coupon policies and users of a seeded shop. */
export type Shop = {
  productIds: readonly number[]
  policyIds: readonly number[]
  userIds: readonly number[]
  /** Units of each product before the first order. */
  stocks: ReadonlyMap<number, number>
}

export type ShopperOptions = {
  /** Distinguishes the keys of this run from those of every other. */
  keyPrefix: string
  userId: number
  shop: Shop
  random: Random
  sender: Sender
  http: Pick<Http, "send">
  /** Records a response that no client may get. */
  reportForbidden: (response: ForbiddenResponse) => void
}

export type Shopper = ReturnType<typeof createShopper>

// Enough for most orders of a visit, so that some are refused and most are not.
const CHARGE = 12_000

/** A shopper whose effects can be distinguished in the database: no two of a user's charges have the same amount. */
export function createShopper(options: ShopperOptions) {
  const { keyPrefix, userId, shop, random, sender, http, reportForbidden } = options
  let count = 0

  const key = (kind: string) => `${keyPrefix}-${kind}-${userId}-${++count}`

  function charge(amount = CHARGE): Effect {
    const effectKey = key("charge")
    return { kind: "charge", key: effectKey, userId, amount: amount + count }
  }

  function order(items: readonly OrderItem[], couponId: number | null = null): Effect {
    return { kind: "order", key: key("order"), userId, couponId, items }
  }

  function claim(policyId = random.pick(shop.policyIds)): Effect {
    return { kind: "claim", key: key("claim"), userId, policyId }
  }

  function cancel(orderId: number): Effect {
    return { kind: "cancel", key: key("cancel"), userId, orderId }
  }

  function restock(): Effect {
    const effectKey = key("restock")
    return {
      kind: "restock",
      key: effectKey,
      productId: random.pick(shop.productIds),
      quantity: random.between(1, 5),
    }
  }

  /** One to five products in an order of their own. */
  function basket(): OrderItem[] {
    const products = random.shuffled(shop.productIds).slice(0, random.between(1, 5))
    return products.map((productId) => ({ productId, quantity: random.between(1, 2) }))
  }

  async function usableCoupon(): Promise<number | null> {
    const outcome = await http.send({ method: "GET", path: `/users/${userId}/coupons` })
    if ("lost" in outcome || outcome.status !== 200) return null
    const coupons: unknown = JSON.parse(outcome.body)
    const [first]: unknown[] = Array.isArray(coupons) ? coupons : []
    return couponIdOf(first)
  }

  return {
    userId,
    shop,
    random,
    sender,
    http,
    reportForbidden,
    charge,
    order,
    claim,
    cancel,
    restock,
    basket,
    usableCoupon,
  }
}

/** The id of a coupon as the API lists it; null when it has none. */
export function couponIdOf(coupon: unknown): number | null {
  if (typeof coupon !== "object" || coupon === null || !("couponId" in coupon)) return null
  return typeof coupon.couponId === "number" ? coupon.couponId : null
}

/** The id of the order that was placed; undefined when none was. */
export function placedOrderOf(answer: HttpAnswer | undefined): number | undefined {
  if (answer?.status !== 201) return undefined
  const { orderId }: { orderId?: unknown } = Object(JSON.parse(answer.body))
  return typeof orderId === "number" ? orderId : undefined
}

/**
 * One visit: pays in, perhaps claims a coupon, orders twice, once perhaps with a coupon, and perhaps cancels that one.
 * Now and then a product is restocked.
 */
export async function visit(shopper: Shopper, signal: AbortSignal): Promise<void> {
  const { random, sender } = shopper
  await sender.send(shopper.charge(), signal)
  if (random.chance(0.4)) await sender.send(shopper.claim(), signal)
  const couponId = random.chance(0.4) ? await shopper.usableCoupon() : null
  const placed = placedOrderOf(await sender.send(shopper.order(shopper.basket(), couponId), signal))
  await sender.send(shopper.order(shopper.basket()), signal)
  if (placed !== undefined && random.chance(0.4)) await sender.send(shopper.cancel(placed), signal)
  if (random.chance(0.05)) await sender.send(shopper.restock(), signal)
}
