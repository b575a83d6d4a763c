import { fail } from "k6"
import http from "k6/http"
import type { RefinedResponse } from "k6/http"
import { Counter, Trend } from "k6/metrics"

import { expect, mustAnswer } from "../expect.ts"
import { SALE_SETUP_ENDPOINT } from "../outcomes.ts"
import type { Sale } from "../sale.ts"
import { membersOf, pageRowsOf } from "./body.ts"
import { isProblem, paramsFor } from "./request.ts"

type Answer = RefinedResponse<"text">

/** A sale that is announced; times in ms since 1970. */
export type OpenedSale = Sale & {
  productId: number
  /** By the shop's clock. */
  startsAt: number
  /** By this machine's clock, the first instant at which the sale has surely started, and the last before it did. */
  surelyOpenFrom: number
  surelyClosedUntil: number
}

/** What an order came to. */
export type Outcome = "bought" | "too early" | "limit" | "sold out"

/** Units that an order asks for, and when it was sent, in ms since 1970. */
type Sent = { quantity: number; sentAt: number }

const orderTime = new Trend("order_time", true)
const created = new Counter("order_created")
const sold = new Counter("sale_units_sold")
/** What was put on sale less what was sold: 0 in the end, at any scale. */
const unsold = new Counter("sale_units_unsold")
/** By the shop's own word, after the sale. */
const left = new Counter("sale_units_left")
const refusedEarly = new Counter("sale_refused_early")
const earlyOrders = new Counter("sale_early_orders")
const limitReached = new Counter("sale_limit_reached")
const soldOut = new Counter("sale_sold_out")

const SETUP = paramsFor(SALE_SETUP_ENDPOINT, 200, 201)
const ORDER = paramsFor("5_create_order", 201, 409)
const ORDERS = paramsFor("6_get_orders", 200)

const REFUSALS: Record<string, Outcome> = {
  SALE_NOT_OPEN: "too early",
  LIMIT_REACHED: "limit",
  OUT_OF_STOCK: "sold out",
}

/** Puts a product on sale that opens a while later. Ends the run (k6 exits 107) when that does not work. */
export function announceSale(url: string, sale: Sale): OpenedSale {
  const askedAt = Date.now()
  const clock = http.get(`${url}/products`, SETUP)
  const answeredAt = Date.now()
  const shopTime = Date.parse(clock.headers["Date"] ?? "")
  if (!Number.isFinite(shopTime)) fail(`GET ${url}/products says no date: ${clock.status || clock.error}`)
  const startsAt = shopTime + sale.lead * 1000
  const { stock, price, maxPerUser } = sale
  const product = { name: "sale", price, stock, maxPerUser, startsAt: new Date(startsAt).toISOString() }
  const answer = http.post(`${url}/admin/products`, JSON.stringify(product), SETUP)
  const productId = Number(membersOf(answer)["productId"])
  if (answer.status !== 201 || !Number.isInteger(productId)) {
    fail(`POST ${url}/admin/products answered ${answer.status || answer.error}: ${answer.body}`)
  }
  unsold.add(stock)
  const surelyOpenFrom = answeredAt + sale.lead * 1000
  // The date has whole seconds, and was made after the question.
  const surelyClosedUntil = askedAt + sale.lead * 1000 - 1000
  return { ...sale, productId, startsAt, surelyOpenFrom, surelyClosedUntil }
}

/** Counts what the shop says is left of the product after the sale. */
export function countUnitsLeft(url: string, { productId }: OpenedSale): void {
  const answer = http.get(`${url}/products/${productId}`, SETUP)
  const { stock } = membersOf(answer)
  if (typeof stock !== "number")
    fail(`GET ${url}/products/${productId} answered ${answer.status || answer.error}`)
  left.add(stock)
}

/** When a user of this VU first got the answer that everything is sold, in ms since 1970. */
let soldOutAt = Infinity

/** The orders of one user of the sale, who has all units of what `order` answered "bought" for. */
export function createBasket(url: string, userId: number, sale: OpenedSale) {
  let units = 0
  let orders = 0

  function bought(answer: Answer, { quantity, sentAt }: Sent): Outcome {
    units += quantity
    orders += 1
    created.add(1)
    sold.add(quantity)
    unsold.add(-quantity)
    expect("5 order: paid is the price", membersOf(answer)["totalAmount"] === quantity * sale.price)
    expect("5 order: nobody gets more than one may have", units <= sale.maxPerUser)
    expect("5 order: nothing is sold after it was sold out", sentAt <= soldOutAt)
    if (Date.now() < sale.surelyClosedUntil) earlyOrders.add(1)
    return "bought"
  }

  function refused(answer: Answer, { quantity, sentAt }: Sent): Outcome {
    const { code, startsAt } = membersOf(answer)
    const outcome = isProblem(answer) && typeof code === "string" ? REFUSALS[code] : undefined
    mustAnswer("5 order: bought, or refused for a reason of the sale", answer, outcome !== undefined)
    if (outcome === "too early") {
      refusedEarly.add(1)
      expect("5 order: too early says when", Date.parse(String(startsAt)) === sale.startsAt)
      expect("5 order: not too early once the sale has started", sentAt < sale.surelyOpenFrom)
    }
    if (outcome === "limit") {
      limitReached.add(1)
      expect("5 order: everybody may have the limit", units + quantity > sale.maxPerUser)
    }
    if (outcome === "sold out") {
      soldOut.add(1)
      soldOutAt = Math.min(soldOutAt, Date.now())
    }
    return outcome!
  }

  return {
    async order(quantity: number): Promise<Outcome> {
      const sentAt = Date.now()
      const items = [{ productId: sale.productId, quantity }]
      const body = JSON.stringify({ userId, couponId: null, items })
      const answer = await http.asyncRequest("POST", `${url}/orders`, body, ORDER)
      orderTime.add(answer.timings.duration)
      return (answer.status === 201 ? bought : refused)(answer, { quantity, sentAt })
    },

    /** Won. */
    paid: () => units * sale.price,

    /** Compares what the shop has written down with what it answered, and with its own start of the sale. */
    expectOrders(): void {
      const answer = http.get(`${url}/users/${userId}/orders?limit=100`, ORDERS)
      const rows = answer.status === 200 ? pageRowsOf(answer) : null
      mustAnswer("6 orders: 200 and a page", answer, rows !== null)
      const quantities = rows!.map(({ items }) => unitsOf(items))
      const total = quantities.reduce((sum, quantity) => sum + quantity, 0)
      expect("6 orders: what was bought, each once", total === units && rows!.length === orders)
      for (const { createdAt } of rows!) {
        const at = Date.parse(String(createdAt))
        expect("6 orders: each says when it was placed", Number.isFinite(at))
        if (at < sale.startsAt) earlyOrders.add(1)
      }
    },
  }
}

function unitsOf(items: unknown): number {
  const lines: { quantity?: unknown }[] = Array.isArray(items) ? items : []
  return lines.reduce((sum, { quantity }) => sum + Number(quantity), 0)
}
