import { afterAll, describe, expect, it } from "vitest"
import { createBalance } from "../src/balance/service.ts"
import { defined } from "./support/defined.ts"
import { createTestDb } from "./support/database.ts"
import { createShelf } from "./support/shop.ts"

const { db, ...database } = await createTestDb()
afterAll(() => database[Symbol.asyncDispose]())
const shelf = createShelf(db)
const balance = createBalance({ readDb: db, writeDb: db, maxQueued: 1_000 })

describe("a balance", () => {
  it("is everyone's own when 300 ask at once, and nobody's for who does not exist", async () => {
    const users = await Promise.all([10, 20, 30].map((won) => shelf.user({ balance: won })))
    const answers = await Promise.allSettled(
      Array.from({ length: 300 }, (_, at) => balance.find(defined([...users, 2_000_000_000][at % 4]))),
    )
    for (const [at, answer] of answers.entries()) {
      expect(answer).toMatchObject(
        at % 4 === 3
          ? { reason: { code: "USER_NOT_FOUND" } }
          : { value: { userId: users[at % 4], balance: [10, 20, 30][at % 4] } },
      )
    }
  })
})

describe("the history of a balance", () => {
  it("is paged from the newest to the oldest without gaps or repeats", async () => {
    const userId = await shelf.user()
    for (let amount = 1; amount <= 7; amount++) await balance.charge(userId, amount, null)

    const seen: number[] = []
    let before: number | undefined
    do {
      const { entries, next } = await balance.history(userId, { limit: 3, before })
      seen.push(...entries.map(({ amount }) => amount))
      before = next ?? undefined
    } while (before !== undefined)

    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
  })

  it("of a user without entries is empty", async () => {
    expect(await balance.history(await shelf.user(), { limit: 20 })).toEqual({ entries: [], next: null })
  })
})
