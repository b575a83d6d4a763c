import { rowIdentity } from "@saleproof/api/idempotency/identity.ts"
import { describe, expect, it } from "vitest"

import { checkAcknowledged } from "./acknowledged.ts"
import type { DatabaseState } from "./database-state.ts"
import { checkIdempotent } from "./idempotent.ts"
import { CHARGE, CLAIM, COUPON, ORDER, STORED_ORDER, answer, empty, full, journalOf } from "./journals.ts"
import { checkAnswers, checkContradictions, checkSettled } from "./settled.ts"
import { checkUnacknowledged, countUnacknowledged } from "./unacknowledged.ts"

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
