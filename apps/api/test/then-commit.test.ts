import { setTimeout as sleep } from "node:timers/promises"
import type { PoolClient } from "pg"
import { afterAll, describe, expect, it } from "vitest"
import { sqlState } from "../src/infra/db-errors.ts"
import { createDb, sql, thenCommit } from "../src/infra/db.ts"
import type { Tx } from "../src/infra/db.ts"
import { BEHIND_BEGIN, pipelineBegin } from "../src/infra/pipelined-begin.ts"
import { createTestDb } from "./support/database.ts"

const { db, url, ...database } = await createTestDb()
const other = createDb({ url, name: "other", poolMax: 1 })
afterAll(async () => {
  await other.$disconnect()
  await database[Symbol.asyncDispose]()
})

const add = (tx: Tx, name: string) => tx.$executeRaw`INSERT INTO users (name) VALUES (${name})`
const last = (tx: Tx, name: string) =>
  tx.$queryRaw<object[]>`INSERT INTO users (name) VALUES (${name}) RETURNING 1 ${thenCommit}`
const seen = async (...names: string[]) => other.user.count({ where: { name: { in: names } } })
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe("the last statement of a transaction", () => {
  it("is committed with it before the transaction's function ends", async () => {
    await db.$transaction(async (tx) => {
      await add(tx, "first")
      await last(tx, "last")
      while ((await seen("first", "last")) < 2) await sleep(5)
    })
    expect(await seen("first", "last")).toBe(2)
  })

  it("undoes all of it when it fails, and its error is the transaction's", async () => {
    await add(db, "taken")
    const error = await failure(
      db.$transaction(async (tx) => {
        await add(tx, "undone")
        await last(tx, "taken")
      }),
    )
    expect(sqlState(error)).toBe("23505")
    expect(await seen("undone")).toBe(0)
  })

  it("is the only one, or the transaction fails", async () => {
    const more = db.$transaction(async (tx) => {
      await last(tx, "committed already")
      await tx.$queryRaw(sql`SELECT 1`)
    })
    await expect(more).rejects.toThrow("the last of its transaction")
  })

  it("leaves a connection that can be used, whether it failed or not", async () => {
    const single = createDb({ url, name: "single", poolMax: 1 })
    await single.$transaction((tx) => last(tx, "one"))
    await failure(single.$transaction((tx) => last(tx, "one")))
    await single.$transaction((tx) => last(tx, "two"))
    expect(await seen("one", "two")).toBe(2)
    await single.$disconnect()
  })
})

describe("a statement behind BEGIN", () => {
  it("is rolled back with it", async () => {
    const thrown = db.$transaction(async (tx) => {
      await add(tx, "rolled back")
      throw new Error("changed its mind")
    })
    await expect(thrown).rejects.toThrow("changed its mind")
    expect(await seen("rolled back")).toBe(0)
  })
})

describe("a first statement", () => {
  /** A connection on which PostgreSQL cancels BEGIN, as it may when it was stalled, and what it is sent. */
  function canceling() {
    const sent: string[] = []
    const client = {
      query: async ({ text }: { text: string }) => {
        sent.push(text)
        if (text === "BEGIN") throw new Error("canceling statement due to statement timeout")
        return { rows: [] }
      },
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a connection that refuses BEGIN cannot be had at will
    const connection = client as unknown as PoolClient
    pipelineBegin(connection)
    return { connection, sent }
  }

  it("that writes is not sent when BEGIN was cancelled, since it would be committed alone", async () => {
    const { connection, sent } = canceling()
    await connection.query({ text: "BEGIN" })
    await expect(connection.query({ text: "INSERT" })).rejects.toThrow("canceling statement")
    expect(sent).toEqual(["BEGIN"])
  })

  it("that only locks is sent with BEGIN, and fails with it", async () => {
    const { connection, sent } = canceling()
    await connection.query({ text: "BEGIN" })
    await expect(connection.query({ text: `SELECT ${BEHIND_BEGIN}` })).rejects.toThrow("canceling statement")
    expect(sent).toEqual(["BEGIN", `SELECT ${BEHIND_BEGIN}`])
  })
})
