import * as fc from "fast-check"
import { PRODUCTS } from "./actions.ts"
import type { Action, Change, Terms } from "./actions.ts"

// Few of everything, so that what is done meets what was done before: mostly the first user and the first product.
const user = fc.constantFrom(0, 0, 0, 1, 2)
const product = fc.constantFrom(0, 0, 0, PRODUCTS - 1)
const nth = fc.nat({ max: 2 })

/** One of these in so many, otherwise nothing. */
const oneIn = <T, Nothing>(times: number, some: fc.Arbitrary<T>, nothing: Nothing) =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(nothing) }, { weight: 1, arbitrary: some })

// Two keys, so that many are met again, with the same payload or another, and most requests without one are decided.
const key = oneIn(5, fc.constantFrom("k1", "k2"), undefined)

const charge = fc.record({
  do: fc.constant("charge" as const),
  user,
  amount: fc.constantFrom(1, 999, 5_000),
  key,
})
const claim = fc.record({ do: fc.constant("claim" as const), user, key })

const items = fc.array(fc.record({ product, quantity: fc.integer({ min: 1, max: 2 }) }), {
  minLength: 1,
  maxLength: 2,
})
// Whose it is, counted on from the buyer: mostly the buyer's own.
const coupon = fc.record({ on: fc.constantFrom(0, 0, 0, 1), nth })
const expected = oneIn(3, fc.constantFrom("paid" as const, "list" as const), undefined)
const order = fc
  .record({ user, coupon: oneIn(4, coupon, null), items, expected: oneIn(4, expected, undefined), key })
  .map(toOrder)
const orderWithCoupon = fc.record({ user, coupon, items, expected, key }).map(toOrder)
const plainOrder = fc
  .record({ user: oneIn(5, user, 0), items: oneIn(4, items, [{ product: 0, quantity: 1 }]), key })
  .map((own) => toOrder({ ...own, coupon: null }))

type Asked = Omit<Extract<Action, { do: "order" }>, "do" | "coupon"> & {
  coupon: { on: number; nth: number } | null
}

function toOrder({ coupon: asked, ...rest }: Asked): Action {
  return { do: "order", ...rest, coupon: asked && { of: rest.user + asked.on, nth: asked.nth } }
}

const late = oneIn(5, fc.constant(true), false)
const cancel = fc.record({ do: fc.constant("cancel" as const), of: user, nth, late, key })

const limit = fc.record({ limit: fc.constantFrom(null, null, 1, 1, 2, 3) })
// Mostly open, so that there is something to sell.
const sale = fc.record({
  sale: fc.constantFrom(
    "open" as const,
    "opened" as const,
    "opened" as const,
    "early" as const,
    "over" as const,
    "closed" as const,
  ),
})
const price = fc.record({ price: fc.constantFrom(999, 1_000) })
const change = (of: fc.Arbitrary<number>, ...sets: fc.Arbitrary<Change>[]) =>
  fc.record({ do: fc.constant("change" as const), product: of, set: fc.oneof(...sets), key })

// As many as there are, and one more, is often among them.
const units = fc.constantFrom(-3, -2, -1, 1, 2, 4)
const restock = fc.record({ do: fc.constant("restock" as const), product, units, key })
const arrive = fc.record({ do: fc.constant("arrive" as const), name: fc.constantFrom("anna", "zoe") })

const weighed = (...arbitraries: [weight: number, arbitrary: fc.Arbitrary<Action>][]) =>
  fc.oneof(...arbitraries.map(([weight, arbitrary]) => ({ weight, arbitrary })))

const limits = weighed([4, plainOrder], [2, cancel], [4, change(fc.constant(0), limit)])

/**
 * What a run is about. Rules that need several steps, such as a limit that is lifted and set again, are met far more often
 * where little else is done.
 */
const SUBJECTS: fc.Arbitrary<Action>[] = [
  weighed(
    [8, order],
    [5, cancel],
    [4, change(product, limit, sale, price)],
    [2, restock],
    [2, claim],
    [1, charge],
  ),
  // Twice, as it takes the most steps.
  limits,
  limits,
  weighed([4, plainOrder], [1, cancel], [3, change(product, sale, sale, price)], [2, restock]),
  weighed([4, orderWithCoupon], [3, cancel], [2, claim], [1, charge]),
]

const about = <T>(make: (actions: fc.Arbitrary<Action>) => fc.Arbitrary<T>) => fc.oneof(...SUBJECTS.map(make))

/** One request after the other. */
export const sequences = <Model extends object, Real>(
  command: (action: Action) => fc.AsyncCommand<Model, Real>,
) =>
  about((actions) =>
    fc.commands<Model, Real, false>([weighed([19, actions], [1, arrive]).map(command)], {
      maxCommands: 100,
      size: "max",
    }),
  )

/** What was there, and the requests that are sent together: many are the same, since those meet in one commit. */
export const together = (most: number) =>
  about((actions) =>
    fc.record({
      before: fc.array(actions, { maxLength: 16, size: "max" }),
      atOnce: fc.oneof(repeated(actions, most), repeated(weighed([3, cancel], [1, actions]), most)),
      /** Whether they go to two processes. */
      isSpread: fc.boolean(),
    }),
  )

/** A few actions, several times each. */
const repeated = (actions: fc.Arbitrary<Action>, most: number) =>
  fc
    .tuple(
      actions,
      fc.array(actions, { maxLength: 3, size: "max" }),
      fc.array(fc.nat({ max: 3 }), { minLength: 2, maxLength: most, size: "max" }),
    )
    .map(([first, others, picked]) => picked.map((pick) => others[pick] ?? first))

/** What so many clients do, each one thing after the other. */
export const byClients = (clients: number) =>
  about((actions) =>
    fc.array(fc.array(actions, { maxLength: 8, size: "max" }), { minLength: clients, maxLength: clients }),
  )

// Not both at once: a refusal is remembered for a second, so a user who is at the limit of a policy that sold out since
// may be told either.
const coupons = fc.oneof(
  fc.record({ couponsPerPolicy: fc.integer({ min: 1, max: 4 }), perUserLimit: fc.constant(null) }),
  fc.record({ couponsPerPolicy: fc.constant(1_000), perUserLimit: fc.integer({ min: 1, max: 2 }) }),
)

const offer = fc.record({
  price: fc.constantFrom(999, 1_000),
  stock: fc.constantFrom(1, 2, 4, 20, 20),
  funds: fc.constantFrom(3_000, 50_000, 50_000),
  discountAmount: fc.constantFrom(500, 5_000),
  // Exact in binary, so that the model may multiply.
  discountRate: fc.constantFrom(0, 0.125, 1),
})

/** Scarce on purpose: most rules are met within a few actions. */
export const terms: fc.Arbitrary<Terms> = fc
  .tuple(offer, coupons)
  .map(([own, policy]) => ({ ...own, ...policy }))
