import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { orderNotFound } from "./read-orders.ts"
import {
  CancelBody,
  CancelledOrder,
  Order,
  OrderBody,
  OrderPage,
  OrderPageQuery,
  OrderPath,
  PlacedOrder,
  UserPath,
} from "./schema.ts"
import type { Orders } from "./service.ts"

export const createOrderRoutes = ({ service }: { service: Orders }): Route[] => [
  defineRoute({
    id: "placeOrder",
    method: "POST",
    path: "/orders",
    summary: "Places an order: all of it or nothing",
    tag: "Orders",
    input: { body: OrderBody },
    answer: { status: 201, schema: PlacedOrder, description: "Committed and paid" },
    refusals: [
      "USER_NOT_FOUND",
      "PRODUCT_NOT_FOUND",
      "COUPON_NOT_FOUND",
      "OUT_OF_STOCK",
      "INSUFFICIENT_BALANCE",
      "COUPON_USED",
      "COUPON_EXPIRED",
      "COUPON_NOT_OWNED",
      "SALE_NOT_OPEN",
      "SALE_OVER",
      "LIMIT_REACHED",
      "PRICE_CHANGED",
    ],
    access: { who: "owner", userOf: ({ body }) => body.userId, orScope: "shop:till" },
    waits: true,
    idempotentAs: "orders",
    handle: ({ body }, request) => service.place(body, request),
  }),
  cancelRoute(service),
  defineRoute({
    id: "getOrder",
    method: "GET",
    path: "/orders/:id",
    summary: "One order with its items",
    tag: "Orders",
    input: { path: OrderPath },
    answer: { status: 200, schema: Order, description: "With the prices that were paid" },
    refusals: ["ORDER_NOT_FOUND"],
    access: {
      who: "buyer",
      buyerOf: async ({ path }) => (await service.find(path.id)).userId,
      missing: ({ path }) => orderNotFound(path.id),
    },
    handle: ({ path }) => service.find(path.id),
  }),
  defineRoute({
    id: "listOrders",
    method: "GET",
    path: "/users/:id/orders",
    summary: "The orders of a user, newest first",
    tag: "Orders",
    input: { path: UserPath, query: OrderPageQuery },
    answer: { status: 200, schema: OrderPage, description: "A page of orders" },
    refusals: ["USER_NOT_FOUND"],
    access: { who: "owner", userOf: ({ path }) => path.id },
    handle: ({ path, query }) => service.page(path.id, query),
  }),
]

const cancelRoute = (service: Orders): Route =>
  defineRoute({
    id: "cancelOrder",
    method: "POST",
    path: "/orders/:id/cancel",
    summary: "Cancels a whole order: stock, money, coupon and limit come back together",
    tag: "Orders",
    input: { path: OrderPath, body: CancelBody },
    bodyOptional: true,
    answer: {
      status: 200,
      schema: CancelledOrder,
      description: "Cancelled and refunded; every repeat gets the same, with any key and at any time",
    },
    refusals: ["ORDER_NOT_FOUND", "CANCEL_WINDOW_OVER"],
    access: {
      who: "buyer",
      buyerOf: async ({ path }) => (await service.find(path.id)).userId,
      missing: ({ path }) => orderNotFound(path.id),
      orScope: "shop:till",
    },
    idempotentAs: "cancel",
    handle: ({ path, body }, request, by) => {
      const byTill = by !== null && by.scopes.has("shop:till")
      return service.cancel({ orderId: path.id, reason: body.reason ?? null, byTill }, request)
    },
  })
