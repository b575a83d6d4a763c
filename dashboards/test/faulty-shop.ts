import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"

import { listen } from "@saleproof/stack/listen.ts"
type Answer = { status: number; body: unknown } | "hang up"

/** A shop that knows the contract and breaks it on purpose: some orders fail, some claims are sold out. */
export async function startFaultyShop() {
  const count = counter()
  const server = createServer((request, response) => reply(request, response, answerTo(request, count)))
  return listen(server)
}

type Count = (what: string) => number

function counter(): Count {
  const counts = new Map<string, number>()
  return (what) => {
    const next = (counts.get(what) ?? 0) + 1
    counts.set(what, next)
    return next
  }
}

type Route = (userId: number, place: number) => Answer

const ROUTES: Record<string, Route> = {
  "POST /init": () => ({ status: 200, body: { policyIds: [1, 2, 3, 4, 5] } }),
  "GET /users/id": (userId) => ({ status: 200, body: userId }),
  "POST /users/:id/balance": (userId) => ({ status: 201, body: { userId, balance: 10_000 } }),
  "GET /users/:id/balance": (userId) => ({ status: 200, body: { userId, balance: 0 } }),
  "POST /coupons": (_, place) =>
    place % 3 === 0 ? problem(409, "COUPON_SOLD_OUT") : { status: 201, body: {} },
  "GET /products/top/realtime": () => ({ status: 200, body: BEST_SELLERS }),
  "POST /orders": (_, place) => orderAnswer(place),
}

const BEST_SELLERS = [1, 2, 3, 4, 5].map((productId) => ({ productId, soldQty: 1 }))

function answerTo({ method, url = "" }: IncomingMessage, count: Count): Answer {
  const [path = ""] = url.split("?")
  const name = `${method} ${path.replace(/\d+/, ":id")}`
  const route = ROUTES[name]
  return route ? route(Number(/\d+/.exec(url)?.[0]), count(name)) : { status: 200, body: [] }
}

function orderAnswer(place: number): Answer {
  if (place % 5 === 0) return "hang up"
  if (place % 3 === 0) return problem(500, "INTERNAL")
  return { status: 201, body: { orderId: place, totalAmount: 10_000 } }
}

const problem = (status: number, code: string): Answer => ({ status, body: { status, code } })

function reply(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (answer === "hang up") {
    request.socket.destroy()
    return
  }
  const type = answer.status < 400 ? "application/json" : "application/problem+json"
  request.resume()
  response.writeHead(answer.status, { "content-type": type }).end(JSON.stringify(answer.body))
}
