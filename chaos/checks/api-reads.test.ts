import { afterEach, beforeEach, expect, it } from "vitest"

import { createJournal } from "../client/journal.ts"
import { startTestServer } from "../test/test-server.ts"
import type { TestServer } from "../test/test-server.ts"
import { checkCoupons } from "./api-reads.ts"

let couponIds: number[]
let asked: string[]
let broken: boolean
let shop: TestServer

/** A shop that lists one user's coupons page by page, as its contract says. */
beforeEach(async () => {
  asked = []
  broken = false
  shop = await startTestServer((req, res) => {
    asked.push(req.url ?? "")
    const { searchParams } = new URL(req.url ?? "/", "http://shop")
    const after = Number(searchParams.get("after") ?? 0)
    const page = couponIds.filter((id) => id > after).slice(0, Number(searchParams.get("limit")))
    res.writeHead(broken ? 503 : 200).end(JSON.stringify(page.map((couponId) => ({ couponId }))))
  })
})

afterEach(() => shop[Symbol.asyncDispose]())

const idsUpTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** As if so many claims of one user had been acknowledged. */
function claimed(count: number) {
  const journal = createJournal()
  for (const number of idsUpTo(count)) {
    const entry = journal.begin({ kind: "claim", key: `claim-${number}`, userId: 1, policyId: 1 })
    journal.note(entry, 0, { status: 201, body: "{}", retryAfterS: undefined })
  }
  return [...journal.entries()]
}

it.each([1, 999, 1_000, 1_001, 2_000, 2_345])("finds each of %d coupons, page by page", async (count) => {
  couponIds = idsUpTo(count)
  expect(await checkCoupons({ http: shop.http, entries: claimed(count) })).toEqual([])
})

it.each([
  [0, 3],
  [1_000, 1_001],
  [2_500, 1_001],
])("misses what is not there or too much: %d coupons after %d claims", async (count, claims) => {
  couponIds = idsUpTo(count)
  expect(await checkCoupons({ http: shop.http, entries: claimed(claims) })).toMatchObject([
    { check: "coupons" },
  ])
})

it("does not ask for ever where nothing ever ends", async () => {
  couponIds = idsUpTo(100_000)
  expect(await checkCoupons({ http: shop.http, entries: claimed(1_500) })).toHaveLength(1)
  expect(asked).toHaveLength(2)
})

it("does not take an answer that failed for no coupons", async () => {
  couponIds = []
  broken = true
  const [violation] = await checkCoupons({ http: shop.http, entries: claimed(1) })
  expect(violation?.detail).toBe("user 1 sees undefined coupons after 1 claims")
})
