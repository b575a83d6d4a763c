import { hash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { Client } from "pg"
import { afterAll, describe, expect, it } from "vitest"
import { createBalance } from "../src/balance/service.ts"
import { refusedAnswer, jsonAnswer } from "../src/idempotency/answer.ts"
import type { Answer } from "../src/idempotency/answer.ts"
import { rowIdentity, uuidOf } from "../src/idempotency/identity.ts"
import { runOnce } from "../src/idempotency/kept-answers.ts"
import type { Tx } from "../src/infra/db.ts"
import { createPlaceOrder } from "../src/orders/place-order.ts"
import { RefusalError } from "../src/errors.ts"
import { createTestDb, createTestRedis } from "./support/database.ts"
import { keepOldAnswers } from "./support/old-answers.ts"
import { createShelf } from "./support/shop.ts"

const { db, url, ...database } = await createTestDb()
const { redis, ...redisDatabase } = await createTestRedis()
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redisDatabase[Symbol.asyncDispose]()
})
const shelf = createShelf(db)

const keyed = () => ({ identity: crypto.randomUUID(), hash: uuidOf("payload") })

describe("an effect without a row that could carry its key", () => {
  const rename = (id: number, stock: number) => async (tx: Tx) => {
    const product = await tx.product.update({
      where: { id },
      data: { stock: { increment: stock }, stocked: { increment: stock } },
    })
    return jsonAnswer(201, { productId: id, stock: Number(product.stock) })
  }

  it("happens once for one key, and every repeat gets the same bytes", async () => {
    const id = await shelf.product({ stock: 1 })
    const request = keyed()
    const answers = await Promise.all(Array.from({ length: 10 }, () => runOnce(db, request, rename(id, 5))))
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([`{"productId":${id},"stock":6}`]))
    expect(await runOnce(db, { ...request, hash: uuidOf("other") }, rename(id, 5))).toMatchObject({
      status: 422,
      code: "IDEMPOTENCY_MISMATCH",
    })
    expect(await runOnce(db, null, rename(id, 5))).toMatchObject({ status: 201 })
    expect(await db.product.findUnique({ where: { id } })).toMatchObject({ stock: 11n })
  })

  it("is decided again after a refusal, of which nothing is kept", async () => {
    const request = keyed()
    const refuse = async (): Promise<Answer> =>
      refusedAnswer(new RefusalError("PRODUCT_NOT_FOUND", "There is none"))
    const before = await db.keptAnswer.count()
    expect(await runOnce(db, request, refuse)).toMatchObject({ status: 404 })
    expect(await db.keptAnswer.count()).toBe(before)
    expect(await runOnce(db, request, async () => jsonAnswer(201, {}))).toMatchObject({ status: 201 })
  })
})

it("what an older version answered under a key is found in its row after the migration", async () => {
  const userId = await shelf.user({ balance: 10_000 })
  const lines = [{ productId: await shelf.product({ price: 1_000 }), quantity: 2 }]
  const place = createPlaceOrder({ db, redis, strategy: "batched", writers: 2, maxQueued: 10 })
  const { charge } = createBalance({ readDb: db, writeDb: db, maxQueued: 10 })
  const [placed, charged] = [
    await place({ userId, couponId: null, lines }, null),
    await charge(userId, 7, null),
  ]
  await charge(userId, 7, null)
  const { createdAt } = await db.ledgerEntry.findFirstOrThrow({ where: { userId, balanceAfter: 8_007 } })
  await using old = await keepOldAnswers(db)
  const payload = "POST /any\n{}"
  const kept = { key: "kept", hash: hash("sha256", payload, "hex"), createdAt }
  await old.keep({ ...kept, operation: "orders", body: JSON.parse(placed.body) })
  await old.keep({ ...kept, operation: "charge", body: JSON.parse(charged.body) })

  const path = "../../../prisma/migrations/20261125300000_keys_in_rows/migration.sql"
  const migration = await readFile(new URL(path, import.meta.url), "utf8")
  const [handOver = ""] = /CREATE FUNCTION[^]*?(?=-- A refused request)/.exec(migration) ?? []
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(handOver)
  await client.end()

  const request = (operation: string) => ({
    identity: rowIdentity({ operation, key: "kept" }),
    hash: uuidOf(payload),
  })
  expect(await place({ userId, couponId: null, lines }, request("orders"))).toEqual(placed)
  expect(await charge(userId, 7, request("charge"))).toEqual(charged)
})
