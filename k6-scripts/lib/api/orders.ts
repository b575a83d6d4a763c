import http from "k6/http"
import { Counter, Trend } from "k6/metrics"

import { expect, expectAnswer, mustAnswer } from "../expect.ts"
import { SHOP } from "../outcomes.ts"
import { membersOf, pageRowsOf, rowsOf } from "./body.ts"
import { isProblem, paramsFor } from "./request.ts"

export type Order = {
  userId: number
  couponId: number | null
  items: { productId: number; quantity: number }[]
}

const topTime = new Trend("get_top5_time", true)
const orderTime = new Trend("order_time", true)
const created = new Counter("order_created")

const BEST_SELLERS = paramsFor("4_get_top_products", 200)
const ORDER = paramsFor("5_create_order", 201)
const ORDERS = paramsFor("6_get_orders", 200)

export function createOrders(url: string) {
  return {
    /** Returns the ids of the best sellers, best first. */
    bestSellers(): number[] {
      const answer = http.get(`${url}/products/top/realtime`, BEST_SELLERS)
      topTime.add(answer.timings.duration)
      const rows = rowsOf(answer) ?? []
      const ids = rows.map((row) => Number(row["productId"]))
      const complete = ids.length === SHOP.products && ids.every(Number.isInteger)
      mustAnswer(
        `4 best sellers: 200 and ${SHOP.products} products`,
        answer,
        answer.status === 200 && complete,
      )
      const sold = rows.map((row) => Number(row["soldQty"]))
      const sorted = sold.every((quantity, place) => place === 0 || quantity <= sold[place - 1]!)
      expect("4 best sellers: the most sold first", sorted)
      return ids
    },

    /** Places an order that must succeed and cost exactly `price`. */
    buy(order: Order, price: number): void {
      const answer = http.post(`${url}/orders`, JSON.stringify(order), ORDER)
      orderTime.add(answer.timings.duration)
      const body = membersOf(answer)
      mustAnswer(
        "5 order: 201 and its id",
        answer,
        answer.status === 201 && Number.isInteger(body["orderId"]),
      )
      created.add(1)
      expect("5 order: paid is the price less the coupon", body["totalAmount"] === price)
    },

    /** Sends the orders at the same instant; each must be refused with one of these statuses. */
    tryToCheat(orders: Order[], refusals: number[]): void {
      const params = paramsFor("5_create_order", ...refusals)
      const answers = http.batch(
        orders.map((order) => ({
          method: "POST",
          url: `${url}/orders`,
          body: JSON.stringify(order),
          params,
        })),
      )
      for (const answer of answers) {
        orderTime.add(answer.timings.duration)
        if (answer.status === 201) created.add(1)
        expectAnswer(
          "5 cheating: refused with a reason",
          answer,
          refusals.includes(answer.status) && isProblem(answer),
        )
      }
    },

    /** Returns how many orders this user has, as far as the first page shows. */
    orderCount(userId: number): number {
      const answer = http.get(`${url}/users/${userId}/orders`, ORDERS)
      const rows = pageRowsOf(answer)
      mustAnswer("6 orders: 200 and a page", answer, answer.status === 200 && rows !== null)
      return rows!.length
    },
  }
}
