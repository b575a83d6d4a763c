import { afterAll, expect, it } from "vitest"
import { pruneAnswers } from "../src/idempotency/prune.ts"
import { createTestDb } from "./support/database.ts"

const database = await createTestDb()
const { db } = database
afterAll(() => database[Symbol.asyncDispose]())

const HOUR_MS = 3_600_000

it("forgets kept answers after 24 hours, however many, and no younger one", async () => {
  const answer = (key: string, hoursAgo: number) => ({
    operation: "orders",
    key,
    requestHash: "hash",
    status: 201,
    body: "{}",
    createdAt: new Date(Date.now() - hoursAgo * HOUR_MS),
  })
  const old = Array.from({ length: 7 }, (_, at) => answer(`old-${at}`, 25))
  await db.idempotencyKey.createMany({ data: [...old, answer("young", 23)] })

  expect(await pruneAnswers(db, { chunk: 3 })).toBe(7)
  expect((await db.idempotencyKey.findMany()).map(({ key }) => key)).toEqual(["young"])
})
