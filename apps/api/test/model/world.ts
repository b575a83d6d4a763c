import { defined } from "../support/defined.ts"
import { createDrain } from "../../src/coupons/drain.ts"
import { createRelay } from "../../src/rankings/relay.ts"
import { OrderPage } from "../../src/orders/schema.ts"
import type { TestShop } from "../support/api.ts"
import { createTrade, insist, outcomeOf } from "../support/trade.ts"
import { PRODUCTS } from "./shop-model.ts"
import type { Action, Order, Outcome, Terms } from "./shop-model.ts"

const NOBODYS_COUPON = 2_000_000_000
const NOBODYS_ORDER = 2_000_000_000
const HOUR_MS = 3_600_000

/** What the shop answers to an action, and the bytes of it. */
export type Answered = { outcome: Outcome; text: string }

/** The real shop, newly seeded, that takes the actions of the model through HTTP. It has no worker: see `settle`. */
export async function openWorld(shop: TestShop, terms: Terms, names: string[]) {
  const trade = createTrade(shop.request)
  const drain = createDrain({ ...shop.deps, db: shop.deps.writeDb })
  const relay = createRelay({ ...shop.deps, db: shop.deps.writeDb })
  const { product, policy } = await trade.seed({
    ...terms,
    users: 1,
    products: PRODUCTS,
    policies: 1,
    topSold: [],
  })
  const ids: number[] = []
  for (const name of names) ids.push(await trade.userNamed(name))
  const idOf = (user: number) => defined(ids[user % ids.length])

  async function couponId({ coupon }: Order): Promise<number | null> {
    if (!coupon) return null
    return (await trade.couponsOf(idOf(coupon.of), "all"))[coupon.nth]?.couponId ?? NOBODYS_COUPON
  }

  /** The orders of a user, the first one first. */
  const ordersOf = async (userId: number) => {
    const { body } = await shop.request.get(`/users/${userId}/orders?limit=100`)
    return OrderPage.parse(body).orders.toReversed()
  }

  async function cancel({ of, nth, key }: Extract<Action, { do: "cancel" }>) {
    const order = (await ordersOf(idOf(of)))[nth]
    return () => trade.cancel(order?.orderId ?? NOBODYS_ORDER, key)
  }

  async function setTerms(action: Extract<Action, { do: "terms" }>): Promise<Answered> {
    const { sale, limit: maxPerUser } = action
    const at = (hours: number) => new Date(Date.now() + hours * HOUR_MS)
    const startsAt = sale === "early" ? at(1) : null
    const endsAt = sale === "over" ? at(-1) : null
    await shop.deps.readDb.product.update({
      where: { id: product(1 + action.product) },
      data: { startsAt, endsAt, closed: sale === "closed", maxPerUser },
    })
    return { outcome: { code: "changed" }, text: "" }
  }

  async function arrive(name: string): Promise<Answered> {
    const id = await trade.userNamed(name)
    const place = ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1
    return { outcome: { code: "known", value: place }, text: "" }
  }

  /** The request of an action, with its coupon looked up: sending it is all that is left to do. */
  async function prepare(action: Exclude<Action, { do: "arrive" | "terms" }>) {
    if (action.do === "cancel") return cancel(action)
    if (action.do === "restock")
      return () => trade.restock(product(1 + action.product), action.units, action.key)
    const userId = idOf(action.user)
    if (action.do === "charge") return () => trade.charge(userId, action.amount, action.key)
    if (action.do === "claim") return () => trade.claim({ userId, policyId: policy(1) }, action.key)
    const items = action.items.map((item) => ({
      productId: product(1 + item.product),
      quantity: item.quantity,
    }))
    const request = { userId, couponId: await couponId(action), items, expectedTotal: action.expected }
    return () => trade.order(request, action.key)
  }

  return {
    violations: () => trade.violations(),

    /** Resolves to a function that sends the action and resolves to what was answered. */
    async ready(action: Action): Promise<() => Promise<Answered>> {
      if (action.do === "arrive") return () => arrive(action.name)
      if (action.do === "terms") return () => setTerms(action)
      const send = await prepare(action)
      return async () => {
        const answer = await insist(send)
        const { balance, totalAmount, refunded, stock }: Partial<Record<string, number>> = Object(answer.body)
        const value = balance ?? totalAmount ?? refunded ?? stock
        const outcome = { code: outcomeOf(answer), ...(value !== undefined && { value }) }
        return { outcome, text: answer.text }
      }
    },

    /** Does what the worker would do, at once: claims become coupons, orders reach the ranking. */
    async settle() {
      await drain.drainAll()
      await relay.relayAll()
    },

    /** What the shop shows of users, stock and coupons, in the words of the model. */
    async look() {
      const users = ids.map(async (id) => {
        const coupons = await trade.couponsOf(id, "all")
        const orders = await ordersOf(id)
        return {
          balance: await trade.balanceOf(id),
          used: coupons.map(({ usedAt }) => usedAt !== null),
          orders: orders.map(({ totalAmount, status }) => `${totalAmount} ${status}`).toSorted(),
        }
      })
      const stock = Array.from({ length: PRODUCTS }, (_, at) => trade.stockOf(product(1 + at)))
      return { users: await Promise.all(users), stock: await Promise.all(stock) }
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>
