import http from "k6/http"
import { Counter, Trend } from "k6/metrics"

import { expectAnswer } from "../expect.ts"
import { SHOP } from "../outcomes.ts"
import { rowsOf } from "./body.ts"
import { isProblem, paramsFor } from "./request.ts"

export type Coupon = { couponId: number; discount: number }

const claimTime = new Trend("coupon_issue_time", true)
const listTime = new Trend("coupon_check_time", true)
const granted = new Counter("coupon_granted")
const refused = new Counter("coupon_refused")

const LIST = paramsFor("3_get_coupons", 200)

export function createCoupons(url: string, claimMayBeRefused: boolean) {
  const params = paramsFor("2_claim_coupon", ...(claimMayBeRefused ? [201, 409] : [201]))
  const allowed = claimMayBeRefused ? "201, or 409 with a reason" : "201"

  return {
    /** Returns whether the claim was accepted. */
    claim(userId: number, policyId: number): boolean {
      const answer = http.post(`${url}/coupons?userId=${userId}&policyId=${policyId}`, null, params)
      claimTime.add(answer.timings.duration)
      const accepted = answer.status === 201
      const soldOut = claimMayBeRefused && answer.status === 409 && isProblem(answer)
      expectAnswer(`2 claim: ${allowed}`, answer, accepted || soldOut)
      if (accepted) granted.add(1)
      if (soldOut) refused.add(1)
      return accepted
    },

    /** Returns what this user can use now, the oldest first. */
    coupons(userId: number): Coupon[] {
      const answer = http.get(`${url}/users/${userId}/coupons`, LIST)
      listTime.add(answer.timings.duration)
      const rows = answer.status === 200 ? rowsOf(answer) : null
      const list = (rows ?? []).map((row) => ({
        couponId: Number(row["couponId"]),
        discount: Number(row["discount"]),
      }))
      const right = list.every(
        ({ couponId, discount }) => Number.isInteger(couponId) && discount === SHOP.discount,
      )
      expectAnswer(
        `3 coupons: 200 and a list of ${SHOP.discount} won coupons`,
        answer,
        rows !== null && right,
      )
      return list
    },
  }
}
