import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { CLAIM_OPERATION } from "./answers.ts"
import { AcceptedClaim, ClaimQuery, CouponList, CouponPath, CouponsQuery } from "./schema.ts"
import type { Coupons } from "./service.ts"

export const createCouponRoutes = ({ service }: { service: Coupons }): Route[] => [
  defineRoute({
    id: "claimCoupon",
    method: "POST",
    path: "/coupons",
    summary: "Claims a coupon of a policy, first come, first served",
    tag: "Coupons",
    input: { query: ClaimQuery },
    answer: { status: 201, schema: AcceptedClaim, description: "Accepted: the coupon appears soon" },
    refusals: [
      "POLICY_NOT_OPEN",
      "USER_NOT_FOUND",
      "POLICY_NOT_FOUND",
      "COUPON_SOLD_OUT",
      "COUPON_LIMIT_REACHED",
    ],
    access: { who: "owner", userOf: ({ query }) => query.userId },
    idempotentAs: CLAIM_OPERATION,
    handle: ({ query }, request) => service.claim(query, request),
  }),
  defineRoute({
    id: "listCoupons",
    method: "GET",
    path: "/users/:id/coupons",
    summary: "The coupons that a user can use now, oldest first",
    tag: "Coupons",
    input: { path: CouponPath, query: CouponsQuery },
    answer: { status: 200, schema: CouponList, description: "With `status=all` every one" },
    refusals: ["USER_NOT_FOUND"],
    access: { who: "owner", userOf: ({ path }) => path.id },
    handle: ({ path, query }) => service.list(path.id, query),
  }),
]
