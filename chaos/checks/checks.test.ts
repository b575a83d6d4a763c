import { rowIdentity } from "@saleproof/api/idempotency/identity.ts"
import { describe, expect, it } from "vitest"

import type { Act, Effect } from "../client/effects.ts"
import type { HttpOutcome } from "../client/http.ts"
import { createJournal } from "../client/journal.ts"
import { checkAcknowledged } from "./acknowledged.ts"
import type { DatabaseState } from "./database-state.ts"
import { checkIdempotent } from "./idempotent.ts"
import { checkAnswers, checkContradictions, checkSettled } from "./settled.ts"
import { checkStock } from "./stock.ts"
import { checkUnacknowledged, countUnacknowledged } from "./unacknowledged.ts"

const CHARGE: Act = { kind: "charge", userId: 1, amount: 500 }
const ORDER: Act = {
  kind: "order",
  userId: 1,
  couponId: null,
  items: [
    { productId: 2, quantity: 1 },
    { productId: 1, quantity: 1 },
    { productId: 2, quantity: 2 },
  ],
}
const CLAIM: Act = { kind: "claim", userId: 1, policyId: 9 }
const STORED_ORDER = {
  orderId: 70,
  userId: 1,
  couponId: null,
  total: 800,
  lines: { 1: 1, 2: 3 },
  cancelled: false,
  refunds: [],
}
const COUPON = { couponId: 5, userId: 1, policyId: 9, claimId: "c", claimedAt: 0 }

const empty: DatabaseState = {
  orders: new Map(),
  charges: [],
  coupons: [],
  restocks: [],
  stocks: new Map(),
  committedAt: new Map(),
}
const full: DatabaseState = {
  ...empty,
  orders: new Map([[70, STORED_ORDER]]),
  charges: [{ userId: 1, amount: 500 }],
  coupons: [COUPON],
}

const answer = (status: number, body: unknown): HttpOutcome => ({
  status,
  body: JSON.stringify(body),
  retryAfterS: undefined,
})

/** A journal of effects, each with the outcomes of its attempts. */
function journalOf(...sent: [Act, ...HttpOutcome[]][]) {
  let now = 0
  const journal = createJournal({ now: () => now })
  for (const [index, [act, ...outcomes]] of sent.entries()) {
    const effect: Effect = { ...act, key: `k${index}` }
    const entry = journal.begin(effect)
    for (const outcome of outcomes) {
      const sentAt = now
      now += 10
      journal.note(entry, sentAt, outcome)
    }
  }
  return journal
}

const everything = () =>
  journalOf(
    [CHARGE, answer(201, { balance: 500 })],
    [ORDER, answer(201, { orderId: 70, totalAmount: 800 })],
    [CLAIM, answer(201, {})],
  )

describe("what was acknowledged", () => {
  it("is in the database, lines of one product merged", () => {
    expect(checkAcknowledged(everything().entries(), full)).toEqual([])
    expect(checkIdempotent(everything().entries(), full)).toEqual([])
  })

  it("is missed when it is not in the database", () => {
    expect(checkAcknowledged(everything().entries(), empty)).toHaveLength(3)
  })

  it.each([
    ["user", { ...STORED_ORDER, userId: 2 }],
    ["coupon", { ...STORED_ORDER, couponId: 5 }],
    ["total", { ...STORED_ORDER, total: 700 }],
    ["lines", { ...STORED_ORDER, lines: { 1: 1, 2: 2 } }],
    ["lines", { ...STORED_ORDER, lines: { 1: 1, 2: 3, 3: 1 } }],
  ])("is missed when an order has another %s", (name, order) => {
    const [violation, ...others] = checkAcknowledged(everything().entries(), {
      ...full,
      orders: new Map([[70, order]]),
    })
    expect(violation?.detail).toContain(`another ${name} than`)
    expect(others).toEqual([])
  })

  it("is missed when two charges of one amount have one row", () => {
    const journal = journalOf([CHARGE, answer(201, {})], [CHARGE, answer(201, {})])
    expect(checkAcknowledged(journal.entries(), full)).toHaveLength(1)
  })
})

describe("a cancellation", () => {
  const CANCEL: Act = { kind: "cancel", userId: 1, orderId: 70 }
  const cancelled = () =>
    journalOf(
      [ORDER, answer(201, { orderId: 70, totalAmount: 800 })],
      [CANCEL, answer(200, { orderId: 70, status: "cancelled", refunded: 800 })],
    )
  const stateOf = (own: object): DatabaseState => ({
    ...full,
    orders: new Map([[70, { ...STORED_ORDER, cancelled: true, refunds: [800], ...own }]]),
    charges: [],
    coupons: [],
  })

  it("is one refund of what was paid", () => {
    expect(checkAcknowledged(cancelled().entries(), stateOf({}))).toEqual([])
    expect(checkIdempotent(cancelled().entries(), stateOf({}))).toEqual([])
  })

  it.each([
    ["not there", { cancelled: false, refunds: [] }],
    ["marked without a refund", { refunds: [] }],
    ["refunded twice", { refunds: [800, 800] }],
    ["refunded with another amount", { refunds: [799] }],
  ])("is missed when it is %s", (_what, own) => {
    expect(checkAcknowledged(cancelled().entries(), stateOf(own))).toHaveLength(1)
  })

  it("is too much when no client got it acknowledged", () => {
    const journal = journalOf([ORDER, answer(201, { orderId: 70, totalAmount: 800 })])
    expect(checkIdempotent(journal.entries(), stateOf({}))).toHaveLength(1)
  })
})

describe("a restock", () => {
  const RESTOCK: Act = { kind: "restock", productId: 2, quantity: 4 }
  const STORED = { productId: 2, quantity: 4, reason: "k0" }
  const restocked = () => journalOf([RESTOCK, answer(201, { productId: 2, stock: 9 })])

  it("is in the journal once, as it was asked for", () => {
    const state = { ...empty, restocks: [STORED] }
    expect(checkAcknowledged(restocked().entries(), state)).toEqual([])
    expect(checkIdempotent(restocked().entries(), state)).toEqual([])
  })

  it.each([
    ["not there", []],
    ["there twice", [STORED, STORED]],
    ["of another product", [{ ...STORED, productId: 1 }]],
    ["of other units", [{ ...STORED, quantity: 3 }]],
  ])("is missed when it is %s", (_what, restocks) => {
    expect(checkAcknowledged(restocked().entries(), { ...empty, restocks })).toHaveLength(1)
  })

  it("is too much when it was acknowledged to nobody", () => {
    const state = { ...empty, restocks: [STORED] }
    expect(checkIdempotent(journalOf([RESTOCK, { lost: "ECONNRESET" }]).entries(), state)).toHaveLength(1)
  })
})

describe("a stock", () => {
  const traded = () =>
    journalOf(
      [ORDER, answer(201, { orderId: 70 })],
      [ORDER, answer(201, { orderId: 71 })],
      [ORDER, answer(409, {})],
      [{ kind: "cancel", userId: 1, orderId: 70 }, answer(200, { orderId: 70 })],
      [{ kind: "restock", productId: 2, quantity: 4 }, answer(201, {})],
    )
  const before = new Map([
    [1, 10],
    [2, 10],
  ])

  it("is what there was and was put in, less what was ordered and not cancelled", () => {
    const stocks = new Map([
      [1, 9],
      [2, 11],
    ])
    expect(checkStock(traded().entries(), { stocks }, before)).toEqual([])
  })

  it.each([8, 10])("is wrong when it is one unit off: %d", (units) => {
    const stocks = new Map([
      [1, units],
      [2, 11],
    ])
    expect(checkStock(traded().entries(), { stocks }, before)).toEqual([
      { check: "stock", detail: `product 1 has ${units} units, and should have 9` },
    ])
  })
})

describe("what is in the database", () => {
  it("is too much when it was refused, not answered, or never sent", () => {
    const journal = journalOf([CHARGE, answer(409, {})], [ORDER, { lost: "ECONNRESET" }])
    expect(checkIdempotent(journal.entries(), full)).toHaveLength(3)
  })

  it("is too much when it is there twice", () => {
    const state: DatabaseState = {
      ...full,
      orders: new Map([
        [70, STORED_ORDER],
        [71, STORED_ORDER],
      ]),
      charges: [...full.charges, ...full.charges],
      coupons: [COUPON, { ...COUPON, couponId: 6 }],
    }
    expect(checkIdempotent(everything().entries(), state)).toHaveLength(3)
  })

  it("is too little when two keys got the same order", () => {
    const placed = answer(201, { orderId: 70, totalAmount: 800 })
    const journal = journalOf([ORDER, placed], [ORDER, placed])
    expect(checkIdempotent(journal.entries(), { ...full, charges: [], coupons: [] })).toHaveLength(1)
  })
})

describe("an effect", () => {
  it("is open after 503, 429 and a lost connection, and settled by what follows", () => {
    const journal = journalOf(
      [CHARGE, answer(503, {}), { lost: "ECONNRESET" }, answer(429, {})],
      [CHARGE, { lost: "UND_ERR_SOCKET" }, answer(201, {})],
    )
    expect(checkSettled(journal)).toEqual([{ check: "settled", detail: expect.stringContaining("429") }])
    expect([...journal.entries()].map(({ outcome }) => outcome)).toEqual(["open", "acknowledged"])
  })

  it("has a forbidden response when it is answered 500", () => {
    expect(checkAnswers(journalOf([CHARGE, answer(500, {})]))).toHaveLength(1)
    expect(checkAnswers(journalOf([CHARGE, answer(503, {}), answer(422, {})]))).toEqual([])
  })

  it("is a contradiction when it is answered in two ways", () => {
    expect(checkContradictions(journalOf([CHARGE, answer(201, { a: 1 }), answer(201, { a: 1 })]))).toEqual([])
    expect(
      checkContradictions(journalOf([CHARGE, answer(201, { a: 1 }), answer(201, { a: 2 })])),
    ).toHaveLength(1)
  })
})

describe("what was committed without an answer", () => {
  const kept = (at: number): DatabaseState => ({
    ...empty,
    committedAt: new Map([[rowIdentity({ operation: "charge", key: "k0" }), at]]),
  })

  it("is counted for the injection before the attempt that was lost", () => {
    const journal = journalOf([CHARGE, { lost: "ECONNRESET" }, answer(201, {})])
    const [first, second] = countUnacknowledged(journal.entries(), kept(5), [3, 15])
    expect([first?.counts.charge, second?.counts.charge]).toEqual([1, 0])
  })

  it("is nothing when the attempt that was answered did it", () => {
    const journal = journalOf([CHARGE, { lost: "ECONNRESET" }, answer(201, {})])
    expect(countUnacknowledged(journal.entries(), kept(15), [0])[0]?.counts.charge).toBe(0)
  })

  it("is too much beyond one batch", () => {
    const found = [{ at: 0, counts: { charge: 4, order: 256, claim: 0 } }]
    expect(checkUnacknowledged(found, { charge: 3, order: 256, claim: 64 })).toHaveLength(1)
  })
})
