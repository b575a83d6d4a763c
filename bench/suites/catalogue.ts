import { chargesSuite } from "./charges.ts"
import { commandLineSuite } from "./command-line.ts"
import { couponsSuite } from "./coupons.ts"
import { demoSuite } from "./demo.ts"
import { flowSuite } from "./flow.ts"
import { httpSuite } from "./http.ts"
import { designSuite, ordersSuite } from "./orders.ts"
import { processesSuite } from "./processes.ts"
import { profileSuite } from "./profile.ts"
import { settingsSuite } from "./settings.ts"
import type { Suite } from "./suite.ts"

export const SUITES = {
  orders: ordersSuite,
  http: httpSuite,
  coupons: couponsSuite,
  charges: chargesSuite,
  flow: flowSuite,
  design: designSuite,
  profile: profileSuite,
  processes: processesSuite,
  settings: settingsSuite,
  demo: demoSuite,
  loadctl: commandLineSuite,
} satisfies Record<string, Suite>

export type SuiteName = keyof typeof SUITES
