import { afterAll, describe, expect, it } from "vitest"
import { createDb } from "../src/infra/db.ts"
import type { Tx } from "../src/infra/db.ts"
import {
  databaseRefusal,
  isRetryable,
  isRolledBack,
  isStalePlan,
  sqlState,
  violates,
} from "../src/infra/db-errors.ts"
import { createTestDb } from "./support/database.ts"
import { createShelf } from "./support/shop.ts"

const { db, url, ...database } = await createTestDb()
afterAll(() => database[Symbol.asyncDispose]())
const shelf = createShelf(db)

/** What a promise is rejected with. */
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe("a database error", () => {
  it.each([
    ["a raw statement", () => db.$executeRaw`INSERT INTO users (name) VALUES ('twice'), ('twice')`],
    ["a model call", () => db.user.createMany({ data: [{ name: "twice" }, { name: "twice" }] })],
  ])("names the unique index that refused %s", async (_what, insertTwice) => {
    const error = await failure(insertTwice())
    expect(sqlState(error)).toBe("23505")
    expect(violates(error, "users_name_key")).toBe(true)
    expect(violates(error, "orders_pkey")).toBe(false)
    expect([isRetryable(error), isRolledBack(error)]).toEqual([false, true])
    expect(databaseRefusal(error)).toBeUndefined()
  })

  it("is worth a retry after a deadlock, in raw statements and model calls", async () => {
    const [one, two] = [await shelf.user(), await shelf.user()]
    const raw = (first: number, second: number, meet: () => Promise<void>) =>
      db.$transaction(async (tx) => {
        await tx.$executeRaw`UPDATE users SET balance = 1 WHERE id = ${first}`
        await meet()
        await tx.$executeRaw`UPDATE users SET balance = 1 WHERE id = ${second}`
      })
    const model = (first: number, second: number, meet: () => Promise<void>) =>
      db.$transaction(async (tx) => {
        await tx.user.updateMany({ where: { id: first }, data: { balance: 1 } })
        await meet()
        await tx.user.updateMany({ where: { id: second }, data: { balance: 1 } })
      })
    for (const transfer of [raw, model]) {
      const meet = meetingOf(2)
      const errors = await Promise.all([failure(transfer(one, two, meet)), failure(transfer(two, one, meet))])
      const [aborted] = errors.filter((error) => error !== undefined)
      expect(sqlState(aborted)).toBe("40P01")
      expect([isRetryable(aborted), isRolledBack(aborted)]).toEqual([true, true])
    }
  })

  it("is OVERLOADED when a lock or a connection does not come free in time", async () => {
    const userId = await shelf.user()
    const small = createDb({ url, name: "small", poolMax: 1 })
    const blocked = await db.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE users SET balance = 1 WHERE id = ${userId}`
      const lock = failure(small.$executeRaw`UPDATE users SET balance = 2 WHERE id = ${userId}`)
      const connection = failure(small.$transaction((other) => other.user.count()))
      return Promise.all([lock, connection])
    })
    await small.$disconnect()

    expect(blocked.map((error) => databaseRefusal(error)?.code)).toEqual(["OVERLOADED", "OVERLOADED"])
    expect(blocked.map(isRetryable)).toEqual([true, false])
  })

  it("is UNAVAILABLE, and leaves the outcome open, when the connection is lost or refused", async () => {
    const nowhere = createDb({ url: "postgresql://nobody@127.0.0.1:1/none", name: "nowhere", poolMax: 1 })
    // The network, not PostgreSQL, refuses to connect to every address at once.
    const unreachable = createDb({
      url: "postgresql://nobody@255.255.255.255:1/none",
      name: "far",
      poolMax: 1,
    })
    const cut = createDb({ url, name: "cut", poolMax: 1 })
    const errors = await Promise.all([
      failure(nowhere.user.count()),
      failure(nowhere.$queryRaw`SELECT 1`),
      failure(cut.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`),
      failure(nowhere.$transaction((tx) => tx.user.count())),
      failure(cut.$transaction(endsBeforeCommit)),
      failure(unreachable.$queryRaw`SELECT 1`),
      failure(unreachable.$transaction((tx) => tx.user.count())),
      failure(unreachable.inBatch((tx) => tx.$queryRaw`SELECT 1`)),
    ])
    await cut.$disconnect()

    for (const error of errors) {
      expect(databaseRefusal(error)).toMatchObject({ code: "UNAVAILABLE", retryAfterSeconds: 1 })
      expect([isRetryable(error), isRolledBack(error)]).toEqual([false, false])
    }
  })
})

describe("a plan that is out of date", () => {
  it("is known in whatever language the server says so", async () => {
    const error = await failure(db.$executeRawUnsafe(raising("0A000")))
    expect([isStalePlan(error), isRetryable(error)]).toEqual([true, true])
  })
})

describe("a session that PostgreSQL ends", () => {
  it.each(["08006", "25P03", "25P04", "28P01", "3D000", "53100", "55000", "53300", "57P01", "57P03"])(
    "is UNAVAILABLE and leaves the outcome open, with %s",
    async (state) => {
      const error = await failure(db.$executeRawUnsafe(raising(state)))
      expect(sqlState(error)).toBe(state)
      expect(databaseRefusal(error)?.code).toBe("UNAVAILABLE")
      expect(isRolledBack(error)).toBe(false)
    },
  )
})

const raising = (state: string) =>
  `DO $$ BEGIN RAISE EXCEPTION 'as in the table of error codes' USING ERRCODE = '${state}'; END $$`

/** The connection is lost between the last statement and COMMIT. */
async function endsBeforeCommit(tx: Tx) {
  const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
  await db.$queryRaw`SELECT pg_terminate_backend(${row?.pid}::int, 5000)`
}

/** Blocks each until all have arrived. */
function meetingOf(size: number) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let arrived = 0
  return () => {
    if (++arrived === size) resolve()
    return promise
  }
}
