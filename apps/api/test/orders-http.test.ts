import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { defined } from "./support/defined.ts"
import { AuditReport } from "../src/audit/schema.ts"
import { CouponList } from "../src/coupons/schema.ts"
import { SeedResult } from "../src/lab/schema.ts"
import { Order, OrderPage, PlacedOrder } from "../src/orders/schema.ts"
import { startShop } from "./support/api.ts"
import { createShelf } from "./support/shop.ts"
import { keyed, nth } from "./support/trade.ts"

const shop = await startShop()
afterAll(() => shop[Symbol.asyncDispose]())
const shelf = createShelf(shop.deps.writeDb)

const CALLERS = 300
const times = <T>(n: number, make: (index: number) => T) =>
  Array.from({ length: n }, (_, index) => make(index))

let user = (_n: number): number => 0
let productIds: number[] = []
let policyId = 0

beforeEach(async () => {
  const { body } = await shop.request.post("/init").send({ users: CALLERS })
  const seeded = SeedResult.parse(body)
  productIds = seeded.productIds
  policyId = nth(seeded.policyIds, 1)
  const first = Number((await shop.request.get("/users/id?name=u1")).body)
  user = (n) => first + n - 1
})

type Items = { productId: number; quantity: number }[]
type OrderOptions = { couponId?: number | null; items?: Items; key?: string }

const product = (n: number) => nth(productIds, n)

async function order(userId: number, { couponId = null, items, key }: OrderOptions = {}) {
  const body = { userId, couponId, items: items ?? [{ productId: product(1), quantity: 1 }] }
  return shop.request.post("/orders").set(keyed(key)).send(body)
}

const charge = async (userId: number, amount: number) =>
  shop.request.post(`/users/${userId}/balance`).send({ amount })
/** Claims a coupon of 2,000 won and waits until it is there. */
async function couponOf(userId: number): Promise<number> {
  await shop.request.post(`/coupons?userId=${userId}&policyId=${policyId}`)
  const list = async () => CouponList.parse((await shop.request.get(`/users/${userId}/coupons`)).body)
  await expect.poll(list).toHaveLength(1)
  return defined((await list())[0]).couponId
}

const balanceOf = async (userId: number) => (await shop.request.get(`/users/${userId}/balance`)).body

async function expectCleanAudit() {
  const { checks } = AuditReport.parse((await shop.request.get("/audit")).body)
  expect(checks.filter(({ violations }) => violations !== 0)).toEqual([])
}

/** Answers counted by what they say. */
function tally(answers: { status: number; body: unknown }[]) {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const name = status === 201 ? "created" : String(Object(body).code)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

describe("POST /orders", () => {
  it("answers 201 with what was paid, and the order can be read", async () => {
    await charge(user(1), 10_000)
    const couponId = await couponOf(user(1))
    const items = [1, 2, 3, 4, 5].map((n) => ({ productId: product(n), quantity: 1 }))

    const answer = await order(user(1), { couponId, items })

    expect(answer.status).toBe(201)
    const placed = PlacedOrder.parse(answer.body)
    expect(placed).toMatchObject({
      userId: user(1),
      couponId,
      subtotal: 10_000,
      discount: 2_000,
      totalAmount: 8_000,
    })
    expect(await balanceOf(user(1))).toEqual({ userId: user(1), balance: 2_000 })
    const read = await shop.request.get(`/orders/${placed.orderId}`)
    expect(Order.parse(read.body)).toMatchObject({
      ...placed,
      items: items.map((line) => ({ ...line, price: 2_000 })),
    })
    await expectCleanAudit()
  })

  it("merges lines of one product", async () => {
    await charge(user(1), 10_000)
    const items = [2, 1, 2].map((n) => ({ productId: product(n), quantity: 1 }))
    const { orderId } = PlacedOrder.parse((await order(user(1), { items })).body)

    expect((await shop.request.get(`/orders/${orderId}`)).body).toMatchObject({
      items: [
        { productId: product(1), quantity: 1 },
        { productId: product(2), quantity: 2 },
      ],
    })
    await expectCleanAudit()
  })

  it.each([
    ["no body", undefined],
    ["no items", { userId: 1, items: [] }],
    ["101 items", { userId: 1, items: times(101, () => ({ productId: 1, quantity: 1 })) }],
    ["a quantity of 0", { userId: 1, items: [{ productId: 1, quantity: 0 }] }],
    ["a negative quantity", { userId: 1, items: [{ productId: 1, quantity: -1 }] }],
    ["half a unit", { userId: 1, items: [{ productId: 1, quantity: 0.5 }] }],
    ["a quantity of 2^31", { userId: 1, items: [{ productId: 1, quantity: 2 ** 31 }] }],
    ["a quantity as text", { userId: 1, items: [{ productId: 1, quantity: "1" }] }],
    ["1,001 of one product", { userId: 1, items: times(7, () => ({ productId: 1, quantity: 143 })) }],
    ["a user id past int4", { userId: 2 ** 31, items: [{ productId: 1, quantity: 1 }] }],
    ["a coupon id of 0", { userId: 1, couponId: 0, items: [{ productId: 1, quantity: 1 }] }],
  ])("answers 400 with what is wrong to %s", async (_what, body) => {
    const answer = await shop.request.post("/orders").send(body)
    expect(answer.status).toBe(400)
    expect(answer.headers["content-type"]).toContain("application/problem+json")
    expect(answer.body).toMatchObject({ code: "BAD_REQUEST", errors: expect.any(Array) })
  })

  it.each(["", "a b", "schl\u00fcssel", "k".repeat(256)])(
    "answers 400 to the Idempotency-Key %j",
    async (key) => {
      expect(await order(user(1), { key })).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } })
    },
  )

  it(`sells the last unit once to ${CALLERS} callers`, async () => {
    const last = await shelf.product({ price: 2_000, stock: 1 })
    await Promise.all(times(CALLERS, (n) => charge(user(n + 1), 2_000)))

    const items = [{ productId: last, quantity: 1 }]
    const answers = await Promise.all(times(CALLERS, (n) => order(user(n + 1), { items })))

    expect(tally(answers)).toEqual({ created: 1, OUT_OF_STOCK: CALLERS - 1 })
    await expectCleanAudit()
  })

  it(`spends the last won once in ${CALLERS} orders of one user`, async () => {
    await charge(user(1), 3_999)
    const answers = await Promise.all(
      times(CALLERS, (n) => order(user(1), { items: [{ productId: product(1 + (n % 5)), quantity: 1 }] })),
    )
    expect(tally(answers)).toEqual({ created: 1, INSUFFICIENT_BALANCE: CALLERS - 1 })
    await expectCleanAudit()
  })

  it(`accepts one coupon in one of ${CALLERS} orders`, async () => {
    await charge(user(1), 1_000_000)
    const couponId = await couponOf(user(1))
    const answers = await Promise.all(times(CALLERS, () => order(user(1), { couponId })))
    expect(tally(answers)).toEqual({ created: 1, COUPON_USED: CALLERS - 1 })
    await expectCleanAudit()
  })

  it("answers a repeat with the same bytes and headers, decides a refused one again, and 422 to another payload", async () => {
    await charge(user(1), 2_000)
    const first = await Promise.all(times(5, () => order(user(1), { key: "one" })))
    const refused = await order(user(1), { key: "two" })
    await charge(user(1), 10_000)
    const repeats = [await order(user(1), { key: "one" }), await order(user(1), { key: "two" })]
    const other = await order(user(2), { key: "one" })

    const seen = (answer: typeof refused) => [answer.status, answer.headers["content-type"], answer.text]
    expect(new Set([...first, repeats[0] ?? refused].map((answer) => seen(answer).join())).size).toBe(1)
    expect(first[0]?.status).toBe(201)
    expect(refused).toMatchObject({ status: 409, body: { code: "INSUFFICIENT_BALANCE" } })
    expect(repeats[1]).toMatchObject({ status: 201 })
    expect(seen(await order(user(1), { key: "two" }))).toEqual(seen(repeats[1] ?? other))
    expect(other).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_MISMATCH" } })
    await expectCleanAudit()
  })
})

describe("GET of orders", () => {
  it("pages through a user's orders from the newest to the oldest", async () => {
    await charge(user(1), 100_000)
    const placed: number[] = []
    for (let n = 0; n < 5; n++) placed.unshift(PlacedOrder.parse((await order(user(1))).body).orderId)

    const seen: number[] = []
    let query = "?limit=2"
    for (;;) {
      const { orders, next } = OrderPage.parse(
        (await shop.request.get(`/users/${user(1)}/orders${query}`)).body,
      )
      seen.push(...orders.map(({ orderId }) => orderId))
      if (next === null) break
      query = `?limit=2&before=${next}`
    }
    expect(seen).toEqual(placed)
  })

  it("answers 404 for an order or a user that does not exist, and an empty page for a user without orders", async () => {
    expect(await shop.request.get("/orders/999999999")).toMatchObject({
      status: 404,
      body: { code: "ORDER_NOT_FOUND" },
    })
    expect(await shop.request.get("/users/2000000000/orders")).toMatchObject({
      status: 404,
      body: { code: "USER_NOT_FOUND" },
    })
    expect((await shop.request.get(`/users/${user(2)}/orders`)).body).toEqual({ orders: [], next: null })
  })

  it.each([
    "/orders/0",
    "/orders/x",
    "/orders/99999999999999999",
    "/users/1/orders?limit=0",
    "/users/1/orders?limit=101",
    "/users/1/orders?before=-1",
  ])("answers 400 to %s", async (path) => {
    expect(await shop.request.get(path)).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } })
  })
})

describe("POST /users/:id/balance", () => {
  it.each([0, -1, 0.5, 100_000_001, "1", null])("answers 400 to an amount of %j", async (amount) => {
    const answer = await shop.request.post(`/users/${user(1)}/balance`).send({ amount })
    expect(answer).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } })
  })

  it("charges once for one Idempotency-Key", async () => {
    const once = async (userId: number) =>
      shop.request.post(`/users/${userId}/balance`).set(keyed("charge-1")).send({ amount: 700 })
    const answers = await Promise.all(times(5, () => once(user(1))))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(await balanceOf(user(1))).toEqual({ userId: user(1), balance: 700 })
    const other = await once(user(2))
    expect(other).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_MISMATCH" } })
    await expectCleanAudit()
  })
})
