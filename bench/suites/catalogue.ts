import { chargesSuite } from "./charges.ts"
import { couponsSuite } from "./coupons.ts"
import { flowSuite } from "./flow.ts"
import { httpSuite } from "./http.ts"
import { designSuite, ordersSuite } from "./orders.ts"
import { profileSuite } from "./profile.ts"
import type { Suite } from "./suite.ts"

export const SUITES = {
  orders: ordersSuite,
  http: httpSuite,
  coupons: couponsSuite,
  charges: chargesSuite,
  flow: flowSuite,
  design: designSuite,
  profile: profileSuite,
} satisfies Record<string, Suite>

export type SuiteName = keyof typeof SUITES
