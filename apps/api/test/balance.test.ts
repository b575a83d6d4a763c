import { afterAll, describe, expect, it } from "vitest"
import { defined } from "./support/defined.ts"
import { createAudit } from "../src/audit/service.ts"
import { createBalance } from "../src/balance/service.ts"
import { rowIdentity, uuidOf } from "../src/idempotency/identity.ts"
import { createDb } from "../src/infra/db.ts"
import { createPlaceOrder } from "../src/orders/place-order.ts"
import { createTestDb, createTestRedis } from "./support/database.ts"
import { createShelf } from "./support/shop.ts"

const { db, url, ...database } = await createTestDb()
const { redis, ...redisDatabase } = await createTestRedis()
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redisDatabase[Symbol.asyncDispose]()
})

const shelf = createShelf(db)
const openBalance = () => createBalance({ readDb: db, writeDb: db, maxQueued: 1_000 })
const balance = openBalance()
const audit = createAudit({ db })

const MAX_BALANCE = 1_000_000_000_000
const keyed = (key: string) => ({
  identity: rowIdentity({ operation: "charge", key }),
  hash: uuidOf("payload"),
})

async function expectCleanAudit() {
  const { checks } = await audit.run()
  expect(checks.filter(({ violations }) => violations !== 0)).toEqual([])
}

/** Takes back the won that brought a balance near its limit, also from what its charges of 1 won left. */
async function leaveLimit(userId: number, won: number) {
  await db.user.update({ where: { id: userId }, data: { balance: { decrement: won } } })
  const balanceAfter = { decrement: won }
  await db.ledgerEntry.updateMany({ where: { userId, amount: 1 }, data: { balanceAfter } })
}

describe("a charge", () => {
  it("adds to the balance and books it", async () => {
    const userId = await shelf.user()
    await balance.charge(userId, 10_000, null)
    const answer = await balance.charge(userId, 500, null)

    expect(answer).toEqual({ status: 201, body: JSON.stringify({ userId, balance: 10_500 }) })
    expect(await balance.find(userId)).toEqual({ userId, balance: 10_500 })
    const { entries } = await balance.history(userId, { limit: 10 })
    expect(entries.map(({ kind, amount, balanceAfter }) => ({ kind, amount, balanceAfter }))).toEqual([
      { kind: "charge", amount: 500, balanceAfter: 10_500 },
      { kind: "charge", amount: 10_000, balanceAfter: 10_000 },
    ])
    await expectCleanAudit()
  })

  it("is counted exactly when 300 come at once", async () => {
    const userId = await shelf.user()
    await Promise.all(Array.from({ length: 300 }, () => balance.charge(userId, 7, null)))
    expect(await balance.find(userId)).toEqual({ userId, balance: 2_100 })
    await expectCleanAudit()
  })

  it("leaves orders a connection when many with keys take long", async () => {
    const writeDb = createDb({ url, name: "few", poolMax: 3 })
    const { charge } = createBalance({ readDb: db, writeDb, maxQueued: 1_000 })
    const place = createPlaceOrder({ db: writeDb, redis, strategy: "batched", writers: 3, maxQueued: 1_000 })
    const [slow, userId] = [await shelf.user(), await shelf.user({ balance: 10 })]
    const order = {
      userId,
      couponId: null,
      lines: [{ productId: await shelf.product({ price: 1 }), quantity: 1 }],
    }
    let charges: Promise<unknown> | undefined
    const placed = await db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT FROM users WHERE id = ${slow} FOR UPDATE`
      charges = Promise.allSettled(
        Array.from({ length: 40 }, () => charge(slow, 7, keyed(crypto.randomUUID()))),
      )
      return place(order, null)
    })
    expect(placed.status).toBe(201)
    await charges
    await writeDb.$disconnect()
    await expectCleanAudit()
  })

  it("is counted exactly when two processes charge the same users, who place orders meanwhile", async () => {
    const users = await Promise.all([1, 2, 3].map(() => shelf.user({ balance: 1_000 })))
    const productId = await shelf.product({ price: 1 })
    const place = createPlaceOrder({ db, redis, strategy: "batched", writers: 2, maxQueued: 1_000 })
    const elsewhere = openBalance()
    await Promise.all(
      Array.from({ length: 300 }, (_, at) => {
        const userId = defined(users[at % users.length])
        const order = { userId, couponId: null, lines: [{ productId, quantity: 1 }] }
        return [balance.charge(userId, 7, null), elsewhere.charge(userId, 5, null), place(order, null)]
      }).flat(),
    )
    const balances = await Promise.all(users.map(async (userId) => (await balance.find(userId)).balance))
    expect(balances).toEqual(users.map(() => 1_000 + 100 * (7 + 5 - 1)))
    await expectCleanAudit()
  })

  it("fills a balance to its limit and not past it", async () => {
    const userId = await shelf.user({ balance: 100 })
    await db.user.update({ where: { id: userId }, data: { balance: MAX_BALANCE - 2 } })

    const answers = await Promise.all([1, 2, 3].map(() => balance.charge(userId, 1, null)))

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
    expect(answers.filter(({ code }) => code === "BALANCE_LIMIT")).toHaveLength(1)
    expect(await balance.find(userId)).toEqual({ userId, balance: MAX_BALANCE })
    await leaveLimit(userId, MAX_BALANCE - 102)
    await expectCleanAudit()
  })

  it("many at once by one user with others take one statement, and the last that fit are those that came first", async () => {
    const [userId, other] = [await shelf.user({ balance: 100 }), await shelf.user()]
    await db.user.update({ where: { id: userId }, data: { balance: MAX_BALANCE - 3 } })
    const repeated = keyed(crypto.randomUUID())

    const answers = await Promise.all([
      ...[1, 1, 1, 1].map((amount) => balance.charge(userId, amount, null)),
      ...[10, 20, 30].map((amount) => balance.charge(other, amount, null)),
      ...[40, 40].map((amount) => balance.charge(other, amount, repeated)),
    ])

    expect(answers.slice(0, 4).map(({ status }) => status)).toEqual([201, 201, 201, 409])
    expect(answers.slice(4).map(({ body }) => JSON.parse(body).balance)).toEqual([10, 30, 60, 100, 100])
    const { entries } = await balance.history(other, { limit: 10, before: undefined })
    expect(entries.map(({ balanceAfter }) => balanceAfter)).toEqual([100, 60, 30, 10])
    await leaveLimit(userId, MAX_BALANCE - 103)
    await expectCleanAudit()
  })

  it("of nobody is refused", async () => {
    expect(await balance.charge(2_000_000_000, 1, null)).toMatchObject({
      status: 404,
      code: "USER_NOT_FOUND",
    })
    await expect(balance.find(2_000_000_000)).rejects.toMatchObject({ code: "USER_NOT_FOUND" })
    await expect(balance.history(2_000_000_000, { limit: 1 })).rejects.toMatchObject({
      code: "USER_NOT_FOUND",
    })
  })

  it("happens once for one Idempotency-Key, in this process and in another", async () => {
    const userId = await shelf.user()
    const elsewhere = openBalance()
    const request = keyed(crypto.randomUUID())

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 ? balance : elsewhere).charge(userId, 1_000, request)),
    )
    answers.push(await balance.charge(userId, 1_000, request))

    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
    expect(await balance.find(userId)).toEqual({ userId, balance: 1_000 })
    expect(await balance.charge(userId, 2_000, { ...request, hash: uuidOf("other") })).toMatchObject({
      status: 422,
    })
    await expectCleanAudit()
  })
})

describe("charges with an Idempotency-Key", () => {
  it("share commits with others, each key once, whichever user it is for", async () => {
    const users = await Promise.all(Array.from({ length: 10 }, () => shelf.user()))
    const elsewhere = openBalance()
    const keys = Array.from({ length: 100 }, () => keyed(crypto.randomUUID()))
    const answers = await Promise.all(
      keys.flatMap((request, at) => {
        const userId = defined(users[at % users.length])
        const again = [balance.charge(userId, 7, request), elsewhere.charge(userId, 7, request)]
        return [balance.charge(userId, 7, request), balance.charge(userId, 5, null), ...again]
      }),
    )
    const keyless = answers.filter((_, at) => at % 4 === 1)
    const bodies = answers.filter((_, at) => at % 4 !== 1).map(({ body }) => body)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    expect(new Set(bodies).size).toBe(keys.length)
    expect(new Set(keyless.map(({ body }) => body)).size).toBe(keyless.length)
    for (const userId of users) expect(await balance.find(userId)).toEqual({ userId, balance: 120 })
    await expectCleanAudit()
  })

  it("belong to the user who came first, also when both come at once", async () => {
    const [owner, other] = [await shelf.user(), await shelf.user()]
    const request = keyed(crypto.randomUUID())
    const theirs = { ...request, hash: uuidOf("theirs") }
    const [first, second] = await Promise.all([
      balance.charge(owner, 7, request),
      balance.charge(other, 7, theirs),
    ])
    expect([first.status, second.code]).toEqual([201, "IDEMPOTENCY_MISMATCH"])
    expect(await balance.charge(other, 7, theirs)).toMatchObject({ status: 422 })
    expect(await balance.charge(owner, 7, request)).toEqual(first)
  })

  it("are not refused for what they have done themselves, and are decided again after a refusal", async () => {
    const userId = await shelf.user({ balance: 100 })
    await db.user.update({ where: { id: userId }, data: { balance: MAX_BALANCE - 1 } })
    const request = keyed(crypto.randomUUID())
    const elsewhere = openBalance()
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => (at % 2 ? balance : elsewhere).charge(userId, 1, request)),
    )
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(answers[0]?.status).toBe(201)

    const late = keyed(crypto.randomUUID())
    expect(await balance.charge(userId, 1, late)).toMatchObject({ code: "BALANCE_LIMIT" })
    await leaveLimit(userId, MAX_BALANCE - 101)
    const placed = await balance.charge(userId, 1, late)
    expect(placed.status).toBe(201)
    expect(await balance.charge(userId, 1, late)).toEqual(placed)
    await expectCleanAudit()
  })
})
