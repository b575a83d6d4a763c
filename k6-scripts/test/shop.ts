import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import { text } from "node:stream/consumers"

import { listen } from "@saleproof/stack/listen.ts"

/** What a shop can get wrong; each must make a run fail. */
export type Fault =
  | "answers 500 to orders"
  | "breaks off orders"
  | "fails some orders"
  | "sells some claims out"
  | "takes no discount"
  | "takes the discount from nobody's total"
  | "charges twice"
  | "keeps the balance as it was"
  | "forgets part of the charge"
  | "mixes up users"
  | "lists no best sellers"
  | "lists best sellers upside down"
  | "issues no coupon"
  | "issues cheap coupons"
  | "refuses every claim"
  | "refuses without a reason"
  | "sells on credit"
  | "burns a refused coupon"
  | "honors anybody's coupon"
  | "records refused orders"
  | "takes money for refused orders"
  | "issues too many coupons"
  | "fails to seed"
  | "seeds no policy"

type User = { id: number; balance: number; orders: number[] }
type Coupon = { couponId: number; userId: number; discount: number; used: boolean }
type Item = { productId: number; quantity: number }
type OrderBody = { userId: number; couponId: number | null; items: Item[] }
type Reply = { status: number; body: unknown }

const PRICE = 2_000
const DISCOUNT = 2_000

const ok = (body: unknown): Reply => ({ status: 200, body })
const created = (body: unknown): Reply => ({ status: 201, body })
const refused = (status: number, code: string): Reply => ({ status, body: { type: "about:blank", code } })

/** A shop in memory that keeps the contract, but for its faults. Stops with `await using`. */
export async function startShop({
  faults = [],
  coupons = 1_000,
}: { faults?: Fault[]; coupons?: number } = {}) {
  const shop = createShop(new Set(faults), coupons)
  const requests: string[] = []
  const runIds = new Set<unknown>()
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://shop")
    const sent = await text(request)
    if (url.pathname !== "/init") runIds.add(request.headers["x-run-id"])
    requests.push(`${request.method} ${url.pathname}`)
    const reply = shop.answer(`${request.method} ${url.pathname}`, url, sent === "" ? null : JSON.parse(sent))
    if (!reply) {
      request.socket.destroy()
      return
    }
    const type = reply.status < 400 ? "application/json" : "application/problem+json"
    response.writeHead(reply.status, { "content-type": type }).end(JSON.stringify(reply.body))
  }
  const server = createServer((request, response) => void serve(request, response))
  return {
    ...shop,
    ...(await listen(server)),
    requests,
    /** The run that each request named, /init aside. */
    runIds,
  }
}

function createShop(faults: Set<Fault>, couponsPerPolicy: number) {
  const users = new Map<string, User>()
  const coupons: Coupon[] = []
  const issued = new Map<number, number>()
  const seeds: unknown[] = []
  const paid: number[] = []
  const asked = { orders: 0, claims: 0 }
  const byId = (id: number): User | undefined => [...users.values()][id - 1]

  function init(body: unknown): Reply {
    seeds.push(body)
    if (faults.has("fails to seed")) return refused(500, "INTERNAL")
    return ok({ message: "seeded", policyIds: faults.has("seeds no policy") ? [] : [1, 2, 3, 4, 5] })
  }

  function findUser(name: string): Reply {
    const known = users.get(name) ?? { id: users.size + 1, balance: 0, orders: [] }
    users.set(name, known)
    return ok(known.id)
  }

  function charge(user: User, amount: number): Reply {
    user.balance += faults.has("forgets part of the charge") ? amount - 1 : amount
    return created({ userId: faults.has("mixes up users") ? 0 : user.id, balance: user.balance })
  }

  function claim(userId: number, policyId: number): Reply {
    const sofar = issued.get(policyId) ?? 0
    asked.claims += 1
    if (faults.has("sells some claims out") && asked.claims % 3 === 0) return refused(409, "COUPON_SOLD_OUT")
    const limit = faults.has("issues too many coupons") ? Infinity : couponsPerPolicy
    if (faults.has("refuses without a reason")) return { status: 409, body: {} }
    if (faults.has("refuses every claim") || sofar >= limit) return refused(409, "COUPON_SOLD_OUT")
    issued.set(policyId, sofar + 1)
    const discount = faults.has("issues cheap coupons") ? 1 : DISCOUNT
    if (!faults.has("issues no coupon"))
      coupons.push({ couponId: coupons.length + 1, userId, discount, used: false })
    return created({ accepted: true })
  }

  function happens(fault: Fault, every: number): boolean {
    return faults.has(fault) || (faults.has("fails some orders") && asked.orders % every === 0)
  }

  function order({ userId, couponId, items }: OrderBody): Reply | undefined {
    asked.orders += 1
    if (happens("breaks off orders", 5)) return undefined
    if (happens("answers 500 to orders", 3)) return refused(500, "INTERNAL")
    const user = byId(userId)
    const coupon = coupons.find((candidate) => candidate.couponId === couponId)
    if (!user || (couponId && !coupon)) return refused(404, "NOT_FOUND")
    if (coupon && !usable(coupon, userId)) return refused(409, "COUPON_NOT_USABLE")
    return pay(user, coupon, items)
  }

  function pay(user: User, coupon: Coupon | undefined, items: Item[]): Reply {
    const subtotal = items.reduce((sum, { quantity }) => sum + quantity * PRICE, 0)
    const discount = faults.has("takes no discount") ? 0 : (coupon?.discount ?? 0)
    if (user.balance < subtotal - discount && !faults.has("sells on credit")) return tooPoor(user, coupon)
    if (coupon) coupon.used = true
    return sell(user, subtotal, discount)
  }

  function usable({ used, userId }: Coupon, orderedBy: number): boolean {
    return !used && (userId === orderedBy || faults.has("honors anybody's coupon"))
  }

  function tooPoor(user: User, coupon: Coupon | undefined): Reply {
    if (coupon && faults.has("burns a refused coupon")) coupon.used = true
    if (faults.has("records refused orders")) user.orders.push(0)
    if (faults.has("takes money for refused orders")) user.balance = 0
    return refused(409, "INSUFFICIENT_BALANCE")
  }

  function sell(user: User, subtotal: number, discount: number): Reply {
    const total = subtotal - discount
    const times = faults.has("charges twice") ? 2 : 1
    if (!faults.has("keeps the balance as it was")) user.balance -= total * times
    paid.push(total)
    user.orders.push(paid.length)
    const answered = faults.has("takes the discount from nobody's total") ? subtotal : total
    return created({ orderId: paid.length, totalAmount: answered })
  }

  function bestSellers(): Reply {
    const list = [5, 4, 3, 2, 1].map((rank) => ({ productId: 6 - rank, name: `p${6 - rank}`, soldQty: rank }))
    if (faults.has("lists no best sellers")) return ok([])
    return ok(faults.has("lists best sellers upside down") ? list.toReversed() : list)
  }

  function answerUser(path: string, user: User, body: { amount: number }): Reply {
    if (path === "POST balance") return charge(user, body.amount)
    if (path === "GET balance") return ok({ userId: user.id, balance: user.balance })
    if (path === "GET coupons") return ok(coupons.filter(({ userId, used }) => userId === user.id && !used))
    if (path === "GET orders") return ok({ orders: user.orders.map((orderId) => ({ orderId })), next: null })
    return refused(404, "NOT_FOUND")
  }

  /** Without a reply, the connection is cut. */
  function answer(
    path: string,
    { searchParams }: URL,
    body: OrderBody & { amount: number },
  ): Reply | undefined {
    if (path === "POST /init") return init(body)
    if (path === "GET /users/id") return findUser(searchParams.get("name") ?? "")
    if (path === "GET /products/top/realtime") return bestSellers()
    if (path === "POST /orders") return order(body)
    if (path === "POST /coupons") {
      return claim(Number(searchParams.get("userId")), Number(searchParams.get("policyId")))
    }
    const [, method, id, rest] = /^(\w+) \/users\/(\d+)\/(\w+)$/.exec(path) ?? []
    const user = byId(Number(id))
    return user ? answerUser(`${method} ${rest}`, user, body) : refused(404, "USER_NOT_FOUND")
  }

  return { answer, users, seeds, paid }
}
