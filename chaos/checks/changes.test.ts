import { describe, expect, it } from "vitest"

import type { Act } from "../client/effects.ts"
import { checkAcknowledged } from "./acknowledged.ts"
import type { DatabaseState } from "./database-state.ts"
import { checkIdempotent } from "./idempotent.ts"
import { checkStock } from "./stock.ts"
import { ORDER, STORED_ORDER, answer, empty, full, journalOf } from "./journals.ts"

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
