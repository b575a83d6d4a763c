import type { Profile } from "./profiles.ts"
import type { PersonaChoice } from "./settings.ts"

/** What /init puts into the shop by default; prices and discounts in won. */
export const SHOP = {
  products: 5,
  price: 2_000,
  discount: 2_000,
  policies: 5,
  couponsPerPolicy: 200_000,
} as const

/** The body of /init for the limited variant: 100 coupons in all. */
export const LIMITED_COUPONS_PER_POLICY = 20

type Persona = Exclude<PersonaChoice, "mix">

export const SEED_ENDPOINT = "0_setup_init_data"
/** What puts a product on sale before the load; as little judged as the seeding. */
export const SALE_SETUP_ENDPOINT = "0_setup_sale"
const EVERYONE = [
  "0_get_userId",
  "1_charge_balance",
  "2_claim_coupon",
  "3_get_coupons",
  "4_get_top_products",
  "5_create_order",
  "6_get_balance",
] as const
const C_ONLY = "6_get_orders"
/** What a buyer of `sale_opening` sends. */
export const SALE_ENDPOINTS = [
  "0_get_userId",
  "1_charge_balance",
  "5_create_order",
  "6_get_balance",
  "6_get_orders",
] as const satisfies Endpoint[]
export type Endpoint =
  | typeof SEED_ENDPOINT
  | typeof SALE_SETUP_ENDPOINT
  | (typeof EVERYONE)[number]
  | typeof C_ONLY

/** The `name` tags of a persona's requests, in the order of its steps. */
export function endpointsOf(persona: PersonaChoice): Endpoint[] {
  return persona === "A" || persona === "B" ? [...EVERYONE] : [...EVERYONE, C_ONLY]
}

// Seven, because that shares no factor with the five policies: every persona then meets each of them.
const MIX: readonly Persona[] = ["A", "B", "A", "C", "A", "B", "A"]

/** Who this VU (from 1) is, the whole run long: a user's balance and coupons depend on what it did before. */
export function personaOfVu(choice: PersonaChoice, vu: number): Persona {
  return choice === "mix" ? (MIX[(vu - 1) % MIX.length] ?? "A") : choice
}

/** The place in `policyIds` of the policy that this VU claims from. */
export function policyIndexOfVu(vu: number, policies: number): number {
  return vu % policies
}

export type Run = {
  profile: Profile
  persona: PersonaChoice
  limited: boolean
  policies: number
  /** Other k6 processes carry the rest of the load. */
  part: boolean
}

/**
 * k6 thresholds for what must come out of a run apart from speed: exact numbers where the iterations are
 * counted, bounds where time ends the run, no number where this is only a part of it.
 */
export function outcomeThresholds(run: Run): Record<string, string[]> {
  const always = { checks: ["rate==1"], dropped_iterations: ["count==0"], coupon_refused: [] as string[] }
  if (run.part) return always
  if (run.profile.executor === "per-vu-iterations") {
    return { ...always, ...countedOutcomes(run, run.profile) }
  }
  const total = LIMITED_COUPONS_PER_POLICY * run.policies
  return {
    ...always,
    iterations: ["count>=1"],
    coupon_granted: run.limited ? ["count>=1", `count<=${total}`] : ["count>=1"],
    order_created: run.persona === "C" ? ["count==0"] : ["count>=1"],
  }
}

// Finding the user, charging, claiming, listing coupons, listing the best sellers and ordering; and the seeding.
const LEAST_REQUESTS_A_VISIT = 6

function countedOutcomes(
  { persona, limited, policies }: Run,
  { vus, iterations }: { vus: number; iterations: number },
): Record<string, string[]> {
  const perPolicy = limited ? LIMITED_COUPONS_PER_POLICY : SHOP.couponsPerPolicy
  const claims = Array<number>(policies).fill(0)
  let orders = 0
  for (let vu = 1; vu <= vus; vu++) {
    const policy = policyIndexOfVu(vu, policies)
    claims[policy] = (claims[policy] ?? 0) + iterations
    if (personaOfVu(persona, vu) !== "C") orders += iterations
  }
  const visits = vus * iterations
  const granted = claims.reduce((sum, claimed) => sum + Math.min(claimed, perPolicy), 0)
  return {
    iterations: [`count==${visits}`],
    http_reqs: [`count>=${visits * LEAST_REQUESTS_A_VISIT + 1}`],
    coupon_granted: [`count==${granted}`],
    coupon_refused: [`count==${visits - granted}`],
    order_created: [`count==${orders}`],
  }
}
