import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import { text } from "node:stream/consumers"

import { listen } from "@saleproof/stack/listen.ts"

/** What a shop can get wrong about a sale; each must make a run fail. */
export type SaleFault =
  | "opens a second early"
  | "opens early and dates its orders later"
  | "opens late"
  | "never opens"
  | "is open all along"
  | "keeps a unit back"
  | "says too early that it is sold out"
  | "sells one unit too many"
  | "sells a unit that it does not take off the stock"
  | "never says that it is sold out"
  | "has no limit"
  | "limits each order alone"
  | "limits everybody to one"
  | "names another start"
  | "takes another price"
  | "places an order twice"
  | "keeps an order that it refused"
  | "charges twice"
  | "answers 503 at the start"

type User = { id: number; balance: number; orders: { quantity: number; createdAt: string }[] }
type Product = { stock: number; price: number; maxPerUser: number; startsAt: string }
type Reply = { status: number; body: unknown }
type Body = Product & { amount: number; userId: number; items: { quantity: number }[] }

const PRODUCT_ID = 6
const SECOND_MS = 1_000

const ok = (body: unknown): Reply => ({ status: 200, body })
const created = (body: unknown): Reply => ({ status: 201, body })
const refused = (code: string, extra: object = {}): Reply => ({ status: 409, body: { code, ...extra } })

/** A shop in memory that sells one product as the contract says, but for its fault. Stops with `await using`. */
export async function startSaleShop(fault?: SaleFault) {
  const shop = createSaleShop(fault)
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://shop")
    const sent = await text(request)
    const { status, body } = shop.answer(`${request.method} ${url.pathname}`, url, sent && JSON.parse(sent))
    const type = status < 400 ? "application/json" : "application/problem+json"
    response.writeHead(status, { "content-type": type }).end(JSON.stringify(body))
  }
  return { ...shop, ...(await listen(createServer((request, response) => void serve(request, response)))) }
}

function createSaleShop(fault: SaleFault | undefined) {
  const users: User[] = []
  const names = new Map<string, User>()
  let product: Product = { stock: 0, price: 0, maxPerUser: 0, startsAt: "" }
  /** What happens once. */
  let happened = false
  const once = (one: SaleFault): boolean => {
    const happens = fault === one && !happened
    happened ||= happens
    return happens
  }

  function findUser(name: string): User {
    const user = names.get(name) ?? { id: users.length + 1, balance: 0, orders: [] }
    if (!names.has(name)) users.push(user)
    names.set(name, user)
    return user
  }

  function opensAt(): number {
    const startsAt = Date.parse(product.startsAt)
    if (fault === "opens a second early") return startsAt - SECOND_MS
    if (fault === "opens early and dates its orders later") return 0
    if (fault === "is open all along") return 0
    if (fault === "opens late") return startsAt + 2 * SECOND_MS
    return fault === "never opens" ? Infinity : startsAt
  }

  function isAboveLimit({ orders }: User, quantity: number): boolean {
    const bought = fault === "limits each order alone" ? 0 : units(orders)
    if (fault === "limits everybody to one") return bought + quantity > 1
    return bought + quantity > product.maxPerUser && fault !== "has no limit"
  }

  function hasUnits(quantity: number): boolean {
    const kept = fault === "keeps a unit back" ? 1 : 0
    if (product.stock === 0 && once("sells one unit too many")) return true
    // Whatever is left, of the stock and of the balance: how late somebody presses must not decide what a test says.
    if (fault === "has no limit" && quantity > product.maxPerUser) return true
    return product.stock - kept >= quantity && !once("says too early that it is sold out")
  }

  function order(userId: number, quantity: number): Reply {
    const user = users[userId - 1]
    if (!user) return { status: 404, body: { code: "USER_NOT_FOUND" } }
    if (Date.now() < opensAt()) {
      const startsAt = fault === "names another start" ? new Date().toISOString() : product.startsAt
      return refused("SALE_NOT_OPEN", { startsAt })
    }
    if (once("answers 503 at the start")) return { status: 503, body: { code: "OVERLOADED" } }
    if (isAboveLimit(user, quantity)) {
      if (once("keeps an order that it refused")) record(user, quantity)
      return refused("LIMIT_REACHED")
    }
    if (hasUnits(quantity)) return sell(user, quantity)
    return refused(fault === "never says that it is sold out" ? "SALE_OVER" : "OUT_OF_STOCK")
  }

  function sell(user: User, quantity: number): Reply {
    const total = quantity * product.price
    if (user.balance < total && fault !== "has no limit") return refused("INSUFFICIENT_BALANCE")
    user.balance -= fault === "charges twice" ? 2 * total : total
    const isKept = once("sells a unit that it does not take off the stock")
    product.stock = Math.max(0, product.stock - (isKept ? 0 : quantity))
    record(user, quantity)
    if (once("places an order twice")) record(user, quantity)
    return created({ totalAmount: fault === "takes another price" ? total + 1 : total })
  }

  function record(user: User, quantity: number): void {
    const at = fault === "opens early and dates its orders later" ? Date.parse(product.startsAt) : Date.now()
    user.orders.push({ quantity, createdAt: new Date(at).toISOString() })
  }

  function announce({ stock, price, maxPerUser, startsAt }: Product): Reply {
    product = { stock, price, maxPerUser, startsAt }
    return created({ productId: PRODUCT_ID, ...product })
  }

  function answerUser(path: string, user: User, body: Body): Reply {
    if (path === "POST balance") return created({ userId: user.id, balance: (user.balance += body.amount) })
    if (path === "GET balance") return ok({ userId: user.id, balance: user.balance })
    const orders = user.orders.map(({ quantity, createdAt }) => ({ createdAt, items: [{ quantity }] }))
    return ok({ orders, next: null })
  }

  function answer(path: string, { searchParams }: URL, body: Body): Reply {
    if (path === "POST /init") return ok({ policyIds: [1] })
    if (path === "GET /products") return ok([])
    if (path === "POST /admin/products") return announce(body)
    if (path === `GET /products/${PRODUCT_ID}`) return ok({ productId: PRODUCT_ID, stock: product.stock })
    if (path === "GET /users/id") return ok(findUser(searchParams.get("name") ?? "").id)
    if (path === "POST /orders") return order(body.userId, units(body.items))
    const [, method, id, rest] = /^(\w+) \/users\/(\d+)\/(\w+)$/.exec(path) ?? []
    const user = users[Number(id) - 1]
    return user ? answerUser(`${method} ${rest}`, user, body) : { status: 404, body: { code: "NOT_FOUND" } }
  }

  return { answer, users, stockLeft: () => product.stock }
}

const units = (lines: readonly { quantity: number }[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0)
