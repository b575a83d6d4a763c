import type { Goods } from "../environment/shop.ts"
import type { Requests } from "./model.ts"

export const chargeRequests = ({ userIds }: Goods): Requests =>
  userIds.map((id) => ({ path: `/users/${id}/balance`, body: JSON.stringify({ amount: 10 }) }))

/** The policies take turns. */
export const claimRequests = ({ userIds, policyIds }: Goods): Requests =>
  userIds.map((userId, at) => ({
    path: `/coupons?userId=${userId}&policyId=${policyIds[at % policyIds.length]}`,
    body: "",
  }))
