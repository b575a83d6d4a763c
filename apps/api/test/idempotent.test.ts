import { afterAll, expect, it } from "vitest"
import type { Answer } from "../src/idempotency/answer.ts"
import { createIdempotent } from "../src/idempotency/idempotent.ts"
import { createTestDb } from "./support/database.ts"

const { db, ...database } = await createTestDb()
afterAll(() => database[Symbol.asyncDispose]())

const keyed = (hash: string) => ({ operation: "orders", key: "k1", hash })

it("does not answer a repeat from a request with another payload that is in flight", async () => {
  const idempotent = createIdempotent({ db })
  const intruder = Promise.withResolvers<Answer>()
  const refused = idempotent(keyed("another"), () => intruder.promise)
  const repeated = idempotent(keyed("first"), async () => ({ status: 201, body: "the first answer" }))
  intruder.resolve({ status: 422, body: "mismatch" })
  expect(await refused).toMatchObject({ status: 422 })
  expect(await repeated).toEqual({ status: 201, body: "the first answer" })
})
