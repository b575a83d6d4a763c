import { defined } from "../support/defined.ts"
import { createDrain } from "../../src/coupons/drain.ts"
import { createRelay } from "../../src/rankings/relay.ts"
import { OrderPage } from "../../src/orders/schema.ts"
import { startApi, startShop } from "../support/api.ts"
import { createTrade, insist, outcomeOf } from "../support/trade.ts"
import { PRODUCTS, expectedTotal, pin } from "./actions.ts"
import type { Action, Change, Order, Outcome, Place, Sale, Terms } from "./actions.ts"

const NOBODYS_COUPON = 2_000_000_000
const NOBODYS_ORDER = 2_000_000_000
const HOUR_MS = 3_600_000

/** What the shop answers to an action, and the bytes of it. */
export type Answered = { outcome: Outcome; text: string }

/** Two processes of one shop without a worker; for the second every buyer's time to cancel is over. */
export async function startProcesses(variables: Record<string, string>) {
  await using started = new AsyncDisposableStack()
  const shop = started.use(await startShop({ worker: false, variables }))
  const late = started.use(await startApi({ ...shop, variables: { ...variables, CANCEL_WINDOW: "0ms" } }))
  const resources = started.move()
  return { shop, late, isSound: false, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** `isSound` unless the last world left something that no audit would accept. */
export type Processes = Awaited<ReturnType<typeof startProcesses>>

/**
 * Users, products and a policy of their own in the real shop, which takes the actions of the model through HTTP. It has no
 * worker: see `settle`. Emptying the shop takes longer than all the rest, so it happens only after a world that failed.
 */
export async function openWorld(processes: Processes, terms: Terms, names: string[]) {
  const { shop, late } = processes
  const trade = createTrade(shop.request)
  const tradeOf = { on: trade, late: createTrade(late.request) }
  const drain = createDrain({ ...shop.deps, db: shop.deps.writeDb })
  const relay = createRelay({ ...shop.deps, db: shop.deps.writeDb })
  if (!processes.isSound) await trade.seed({ users: 0, products: 0, policies: 0 })
  processes.isSound = false

  const own = crypto.randomUUID().slice(0, 8)
  const made = async (path: string, body: object) => Object((await shop.request.post(path).send(body)).body)
  const { price, stock, couponsPerPolicy: total, perUserLimit, discountAmount, discountRate } = terms
  const [{ policyId }, ...products] = await Promise.all([
    made("/admin/policies", { total, perUserLimit, discountAmount, discountRate }),
    ...Array.from({ length: PRODUCTS }, (_, n) =>
      made("/admin/products", { name: `p${n} ${own}`, price, stock }),
    ),
  ])
  // In the order in which an order takes them.
  const productIds = products.map(({ productId }) => Number(productId)).toSorted((a, b) => a - b)
  const product = (place: number) => defined(productIds[place])
  const openedAt = Date.now()
  const ids: number[] = []
  // By user, the first one first.
  const coupons: number[][] = []
  const orders: number[][] = []
  for (const name of names) await trade.charge(defined(ids[await placeOf(name)]), terms.funds)

  async function placeOf(name: string): Promise<number> {
    const id = await trade.userNamed(`${name}-${own}`)
    if (ids.includes(id)) return ids.indexOf(id)
    coupons.push([])
    orders.push([])
    return ids.push(id) - 1
  }

  const nth = (all: number[][], { of, nth: at }: Place) => all[of]?.[at]

  function send(action: Exclude<Action, { do: "arrive" }>, by: typeof trade) {
    const key = action.key && `${own}-${action.key}`
    if (action.do === "cancel") {
      const orderId = nth(orders, action) ?? NOBODYS_ORDER
      return (action.late ? tradeOf.late : trade).cancel(orderId, key)
    }
    if (action.do === "restock") return by.restock(product(action.product), action.units, key)
    if (action.do === "change") {
      return by.changeProduct(product(action.product), changeOf(action.set, openedAt), key)
    }
    const userId = defined(ids[action.user])
    if (action.do === "charge") return by.charge(userId, action.amount, key)
    if (action.do === "claim") return by.claim({ userId, policyId }, key)
    return by.order({ userId, ...orderOf(action) }, key)
  }

  const orderOf = (order: Order) => ({
    couponId: order.coupon && (nth(coupons, order.coupon) ?? NOBODYS_COUPON),
    items: order.items.map((item) => ({ productId: product(item.product), quantity: item.quantity })),
    expectedTotal: expectedTotal(order, terms),
  })

  /** A repeat under a key is the order that is known. */
  function remember(user: number, orderId: number) {
    const own = defined(orders[user])
    if (!own.includes(orderId)) own.push(orderId)
  }

  const violations = () => trade.violations()

  return {
    violations,

    /** The action about what there is now. */
    pin: (action: Action): Action =>
      pin(action, {
        coupons: coupons.map(({ length }) => length),
        orders: orders.map(({ length }) => length),
      }),

    /** What was answered to a pinned action; by which process does not matter to any but late cancellations. */
    async answer(action: Action, by: keyof typeof tradeOf = "on"): Promise<Answered> {
      if (action.do === "arrive") {
        return { outcome: { code: "known", value: await placeOf(action.name) }, text: "" }
      }
      const answer = await insist(() => send(action, tradeOf[by]))
      const body: Partial<Record<string, number>> = Object(answer.body)
      const value = body["balance"] ?? body["totalAmount"] ?? body["refunded"] ?? body["stock"]
      const outcome = { code: outcomeOf(answer), ...(value !== undefined && { value }) }
      if (action.do === "order" && outcome.code === "created") remember(action.user, defined(body["orderId"]))
      return { outcome, text: answer.text }
    },

    /** Makes coupons of the claims, at once. */
    async grant() {
      await drain.drainAll()
      const lists = await Promise.all(ids.map((id) => trade.couponsOf(id, "all")))
      for (const [user, list] of lists.entries()) coupons[user] = list.map(({ couponId }) => couponId)
    },

    /** Does what the worker would do, claims become coupons, orders reach the ranking; answers what is violated then. */
    async settle() {
      await drain.drainAll()
      await relay.relayAll()
      const violated = await violations()
      processes.isSound = Object.keys(violated).length === 0
      return violated
    },

    /** What the shop shows of users, stock and coupons, in the words of the model. */
    async look() {
      const users = ids.map(async (id) => {
        const { body } = await shop.request.get(`/users/${id}/orders?limit=100`)
        return {
          balance: await trade.balanceOf(id),
          used: (await trade.couponsOf(id, "all")).map(({ usedAt }) => usedAt !== null),
          orders: OrderPage.parse(body)
            .orders.map(({ totalAmount, status }) => `${totalAmount} ${status}`)
            .toSorted(),
        }
      })
      const stock = Array.from({ length: PRODUCTS }, (_, at) => trade.stockOf(product(at)))
      return { users: await Promise.all(users), stock: await Promise.all(stock) }
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

/** The body of a change; times are always those of one shop, so that a repeat is the same. */
function changeOf(set: Change, openedAt: number): object {
  if ("limit" in set) return { maxPerUser: set.limit }
  if ("price" in set) return set
  const at = (hours: number) => new Date(openedAt + hours * HOUR_MS)
  const windows: Record<Sale, object> = {
    open: {},
    opened: { startsAt: at(0), endsAt: at(1) },
    early: { startsAt: at(1) },
    over: { startsAt: at(-1), endsAt: at(0) },
    closed: { closed: true },
  }
  return { startsAt: null, endsAt: null, closed: false, ...windows[set.sale] }
}
