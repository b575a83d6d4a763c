import assert from "node:assert/strict"

import type { Violation } from "../checks/violation.ts"
import type { Effect, Kind } from "../client/effects.ts"
import type { Entry, Journal } from "../client/journal.ts"
import type { Pace } from "../experiment/pace.ts"
import type { Fault, Experiment } from "./fault.ts"

const PRICE = 2_000
const BUYERS = 10_000
const CONTESTS = 1_000
const RIVALS = 10

const scaled = (full: number, { scale }: Pace) => Math.max(RIVALS, Math.round(full * scale))

/** All shoppers order the last unit of one product; then ten each order the last unit of many others. */
export const lastUnit: Fault = {
  name: "last-unit",
  title: `a stock of 1 and ${BUYERS} buyers, then ${CONTESTS} products with ${RIVALS} buyers each`,
  quiet: true,
  seed: (pace) => ({
    users: scaled(BUYERS, pace),
    products: scaled(CONTESTS, pace),
    stock: 1,
    price: PRICE,
    policies: 1,
  }),
  async run(experiment) {
    const { shoppers, shop, random } = experiment
    await chargeAll(experiment, PRICE * 4)
    const [hot, ...others] = shop.productIds
    assert(hot !== undefined, "the shop was seeded without products")
    const order = (productId: number) => [{ productId, quantity: 1 }]
    await race(
      shoppers.map((shopper) => shopper.order(order(hot))),
      experiment,
    )
    const contests = others.flatMap((productId) =>
      Array.from({ length: RIVALS }, () => random.pick(shoppers).order(order(productId))),
    )
    await race(random.shuffled(contests), experiment)
  },
  check: ({ journal, shop }) => {
    const sold = winners(journal, "order", ({ effect }) =>
      effect.kind === "order" ? String(effect.items[0]?.productId) : "",
    )
    return exactlyOne(shop.productIds, sold, "product")
  },
}

/** Ten orders at the same moment, and the balance pays for one. */
export const oneBalance: Fault = {
  name: "one-balance",
  title: `a balance for one of ${RIVALS} orders at once, ${CONTESTS} times`,
  quiet: true,
  seed: (pace) => ({ users: scaled(CONTESTS, pace), price: PRICE, policies: 1 }),
  async run(experiment) {
    const { shoppers, shop, random } = experiment
    // A charge adds its number to the amount, which stays below the price of a second unit.
    await chargeAll(experiment, PRICE)
    const orders = shoppers.flatMap((shopper) =>
      Array.from({ length: RIVALS }, () =>
        shopper.order([{ productId: random.pick(shop.productIds), quantity: 1 }]),
      ),
    )
    await race(orders, experiment)
  },
  check: ({ journal, shop }) => {
    const placed = winners(journal, "order", ({ effect }) =>
      effect.kind === "order" ? String(effect.userId) : "",
    )
    return exactlyOne(shop.userIds, placed, "user")
  },
}

/** Ten claims at the same moment on a policy of one coupon. */
export const oneCoupon: Fault = {
  name: "one-coupon",
  title: `a policy of one coupon and ${RIVALS} claims at once, ${CONTESTS} times`,
  quiet: true,
  seed: (pace) => ({ users: RIVALS, policies: scaled(CONTESTS, pace), couponsPerPolicy: 1 }),
  async run(experiment) {
    const { shoppers, shop } = experiment
    const claims = shop.policyIds.flatMap((policyId) => shoppers.map((shopper) => shopper.claim(policyId)))
    await race(claims, experiment)
  },
  check: ({ journal, shop }) => {
    const granted = winners(journal, "claim", ({ effect }) =>
      effect.kind === "claim" ? String(effect.policyId) : "",
    )
    return exactlyOne(shop.policyIds, granted, "policy")
  },
}

function chargeAll(experiment: Experiment, amount: number): Promise<void> {
  return race(
    experiment.shoppers.map((shopper) => shopper.charge(amount)),
    experiment,
  )
}

/** Everything at once, as far as there are connections. */
async function race(effects: readonly Effect[], { sender, signal }: Experiment): Promise<void> {
  await Promise.all(effects.map((effect) => sender.send(effect, signal)))
}

function winners(journal: Journal, kind: Kind, name: (entry: Entry) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const entry of journal.of(kind)) {
    if (entry.outcome === "acknowledged") counts.set(name(entry), (counts.get(name(entry)) ?? 0) + 1)
  }
  return counts
}

function exactlyOne(ids: readonly number[], won: Map<string, number>, noun: string): Promise<Violation[]> {
  const wrong = ids.filter((id) => won.get(String(id)) !== 1)
  return Promise.resolve(
    wrong.map((id) => ({ check: "fault", detail: `${noun} ${id} had ${won.get(String(id)) ?? 0} winners` })),
  )
}
