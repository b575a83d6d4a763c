import type { ZodOpenApiPathsObject } from "zod-openapi"
import { Balance, ChargeBody, LedgerPage, LedgerPageQuery, UserPath } from "../balance/schema.ts"
import { AcceptedClaim, ClaimQuery, CouponList, CouponPath, CouponsQuery } from "../coupons/schema.ts"
import { Order, OrderBody, OrderPage, OrderPageQuery, OrderPath, PlacedOrder } from "../orders/schema.ts"
import { operation } from "./operations.ts"

export const balancePaths: ZodOpenApiPathsObject = {
  "/users/{id}/balance": {
    post: operation({
      summary: "Charges a balance",
      tag: "Balance",
      params: { path: UserPath },
      body: { schema: ChargeBody },
      answer: { status: 201, schema: Balance, description: "The balance after the charge" },
      refusals: ["USER_NOT_FOUND", "BALANCE_LIMIT"],
      keyed: true,
    }),
    get: operation({
      summary: "The balance of a user",
      tag: "Balance",
      params: { path: UserPath },
      answer: { status: 200, schema: Balance, description: "The balance of now" },
      refusals: ["USER_NOT_FOUND"],
    }),
  },
  "/users/{id}/balance/history": {
    get: operation({
      summary: "The ledger of a user, newest first",
      tag: "Balance",
      params: { path: UserPath, query: LedgerPageQuery },
      answer: { status: 200, schema: LedgerPage, description: "A page of entries" },
      refusals: ["USER_NOT_FOUND"],
    }),
  },
}

export const couponPaths: ZodOpenApiPathsObject = {
  "/coupons": {
    post: operation({
      summary: "Claims a coupon of a policy, first come, first served",
      tag: "Coupons",
      params: { query: ClaimQuery },
      answer: { status: 201, schema: AcceptedClaim, description: "Accepted: the coupon appears soon" },
      refusals: [
        "POLICY_NOT_OPEN",
        "USER_NOT_FOUND",
        "POLICY_NOT_FOUND",
        "COUPON_SOLD_OUT",
        "COUPON_LIMIT_REACHED",
      ],
      keyed: true,
    }),
  },
  "/users/{id}/coupons": {
    get: operation({
      summary: "The coupons that a user can use now, oldest first",
      tag: "Coupons",
      params: { path: CouponPath, query: CouponsQuery },
      answer: { status: 200, schema: CouponList, description: "With `status=all` every one" },
      refusals: ["USER_NOT_FOUND"],
    }),
  },
}

export const orderPaths: ZodOpenApiPathsObject = {
  "/orders": {
    post: operation({
      summary: "Places an order: all of it or nothing",
      tag: "Orders",
      body: { schema: OrderBody },
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
      ],
      keyed: true,
    }),
  },
  "/orders/{id}": {
    get: operation({
      summary: "One order with its items",
      tag: "Orders",
      params: { path: OrderPath },
      answer: { status: 200, schema: Order, description: "With the prices that were paid" },
      refusals: ["ORDER_NOT_FOUND"],
    }),
  },
  "/users/{id}/orders": {
    get: operation({
      summary: "The orders of a user, newest first",
      tag: "Orders",
      params: { path: UserPath, query: OrderPageQuery },
      answer: { status: 200, schema: OrderPage, description: "A page of orders" },
      refusals: ["USER_NOT_FOUND"],
    }),
  },
}
