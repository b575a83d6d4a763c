import assert from "node:assert/strict"
import { afterAll, describe, expect, it, vi } from "vitest"
import { createBatchTransaction, everyRow } from "../src/infra/batch-transaction.ts"
import { databaseRefusal, isRolledBack, sqlState } from "../src/infra/db-errors.ts"
import { createDb } from "../src/infra/db.ts"
import type { Statements } from "../src/infra/db.ts"
import { ObservedPool } from "../src/infra/pool.ts"
import { createTestDb } from "./support/database.ts"
import { startResettingProxy } from "./support/resetting-proxy.ts"

const { db, url, ...database } = await createTestDb()
const single = createDb({ url, name: "single", poolMax: 1 })
afterAll(async () => {
  await single.$disconnect()
  await database[Symbol.asyncDispose]()
})

const add = (tx: Statements, name: string) =>
  tx.$queryRaw<{ id: number }[]>`INSERT INTO users (name) VALUES (${name}) RETURNING id`
const seen = async (...names: string[]) => db.user.count({ where: { name: { in: names } } })
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail("it was to fail"),
    (error: unknown) => error,
  )

describe("a batch's transaction", () => {
  it("commits what it did, and answers what its function answers", async () => {
    const ids = await single.inBatch(async (tx) => [...(await add(tx, "one")), ...(await add(tx, "two"))])
    expect(ids).toHaveLength(2)
    expect(await seen("one", "two")).toBe(2)
  })

  it("reads rows as Prisma's client does", async () => {
    const read = (tx: Statements) => tx.$queryRaw<object[]>`
      SELECT 1 AS whole, 1.5::float8 AS fraction, 'a'::text AS text, NULL::text AS nothing,
             123456789012::bigint AS big, NULL::bigint AS no_big, ARRAY['a', 'b'] AS list,
             '2026-11-26 01:02:03.004+09'::timestamptz AS time, json_build_object('a', 1) AS json, '[{"b": null}]'::jsonb AS binary, NULL::json AS no_json
      WHERE ${"x"} = 'x' AND ${2}::int = 2`
    const rows = await single.inBatch(read)
    expect(rows).toHaveLength(1)
    expect(rows).toEqual(await read(db))
  })

  it("undoes all of it when a statement or its function fails, and can be used again", async () => {
    const refused = await failure(
      single.inBatch(async (tx) => {
        await add(tx, "undone")
        await add(tx, "one")
      }),
    )
    expect([sqlState(refused), isRolledBack(refused)]).toEqual(["23505", true])
    const thrown = single.inBatch(async (tx) => {
      await add(tx, "undone")
      throw new Error("changed its mind")
    })
    await expect(thrown).rejects.toThrow("changed its mind")
    expect(await seen("undone")).toBe(0)
    expect(await single.inBatch((tx) => add(tx, "three"))).toHaveLength(1)
  })

  it("commits with its last statement, and answers its rows", async () => {
    const rows = await single.inBatch(({ andCommit }) => add(andCommit, "with COMMIT"))
    expect(rows).toMatchObject([{ id: expect.any(Number) }])
    expect(await seen("with COMMIT")).toBe(1)
  })

  it("is undone when its last statement fails, or wrote another number of rows than it was to", async () => {
    const taken = await failure(
      single.inBatch(async (tx) => {
        await add(tx, "undone")
        await add(tx.andCommit, "undone")
      }),
    )
    expect([sqlState(taken), isRolledBack(taken)]).toEqual(["23505", true])
    const miscounted = single.inBatch(
      ({ andCommit }) => andCommit.$queryRaw`
        WITH added AS (INSERT INTO users (name) VALUES ('undone') RETURNING 1) SELECT ${everyRow({ added: 2 })}`,
    )
    await expect(miscounted).rejects.toThrow('A locked row changed: {"added": 1} instead of {"added":2}')
    expect(await seen("undone")).toBe(0)
    expect(await single.inBatch((tx) => add(tx, "after those"))).toHaveLength(1)
  })

  it("fails as the first of the statements that were sent together did", async () => {
    const wrong = (tx: Statements) => tx.$queryRaw`SELECT 1 / (${0}::int)`
    const error = await failure(
      single.inBatch((tx) => Promise.all([add(tx, "undone"), wrong(tx), add(tx, "undone as well")])),
    )
    expect(sqlState(error)).toBe("22012")
    expect(await seen("undone", "undone as well")).toBe(0)
  })

  it.each(["before a statement", "before COMMIT"])(
    "is UNAVAILABLE, and leaves the outcome open, when its connection ends %s",
    async (when) => {
      const error = await failure(
        single.inBatch(async (tx) => {
          const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
          await db.$queryRaw`SELECT pg_terminate_backend(${row?.pid}::int, 5000)`
          if (when === "before a statement") await add(tx, "lost")
        }),
      )
      expect(databaseRefusal(error)).toMatchObject({ code: "UNAVAILABLE" })
      expect(isRolledBack(error)).toBe(false)
      expect(await single.inBatch((tx) => add(tx, `after the end ${when}`))).toHaveLength(1)
    },
  )

  it("is UNAVAILABLE, and leaves the outcome open, when a reset comes instead of the reply to COMMIT", async () => {
    await using proxy = await startResettingProxy({ url, trigger: "COMMIT" })
    const reset = createDb({ url: proxy.url, name: "reset", poolMax: 1 })
    for (const [name, last] of [
      ["committed", "alone"],
      ["committed as well", "with the last statement"],
    ]) {
      const error = await failure(
        reset.inBatch((tx) => add(last === "alone" ? tx : tx.andCommit, String(name))),
      )
      expect(databaseRefusal(error)).toMatchObject({ code: "UNAVAILABLE" })
      expect(isRolledBack(error)).toBe(false)
    }
    await expect.poll(() => seen("committed", "committed as well")).toBe(2)
    await reset.$disconnect()
  })

  it("is OVERLOADED when no connection comes free, and UNAVAILABLE when there is no server", async () => {
    const nowhere = createDb({ url: "postgresql://nobody@127.0.0.1:1/none", name: "nowhere", poolMax: 1 })
    const refused = await failure(nowhere.inBatch((tx) => add(tx, "nobody")))
    await nowhere.$disconnect()
    expect(databaseRefusal(refused)?.code).toBe("UNAVAILABLE")
    const busy = await single.inBatch(() => failure(single.inBatch((tx) => add(tx, "nobody"))))
    expect(databaseRefusal(busy)?.status).toBe(503)
  })

  it("is UNAVAILABLE, as a statement by itself is, when the server does not speak TLS", async () => {
    const encrypted = createDb({ url: `${url}?sslmode=verify-full`, name: "encrypted", poolMax: 1 })
    for (const run of [
      () => encrypted.inBatch((tx) => add(tx, "nobody")),
      () => add(encrypted.raw, "nobody"),
    ]) {
      expect(databaseRefusal(await failure(run()))?.code).toBe("UNAVAILABLE")
    }
    await encrypted.$disconnect()
  })

  it("connects Prisma's client once, however many statements there are", async () => {
    const once = createDb({ url, name: "once", poolMax: 1 })
    const connect = vi.spyOn(once, "$connect")
    for (let n = 0; n < 3; n++) await once.raw.$queryRaw`SELECT 1`
    await once.inBatch((tx) => tx.$queryRaw`SELECT 1`)
    expect(connect).toHaveBeenCalledTimes(1)
    await once.$disconnect()
  })

  it("leaves no connection open when its client is disconnected", async () => {
    const other = createDb({ url, name: "other", poolMax: 1 })
    const [row] = await other.inBatch((tx) => tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`)
    await other.$disconnect()
    const open = () => db.$queryRaw<object[]>`SELECT 1 FROM pg_stat_activity WHERE pid = ${row?.pid}::int`
    await expect.poll(open).toEqual([])
  })

  it("takes no statement after its time, and is rolled back", async () => {
    let now = 0
    const pool = new ObservedPool({ connectionString: url, max: 1, pipeline: true }, undefined)
    const inBatch = createBatchTransaction({
      connect: () => pool.connect(),
      nameOf: () => "",
      onError: () => undefined,
      timeoutMs: 1_000,
      now: () => now,
    })
    const late = inBatch(async (tx) => {
      await add(tx, "late")
      now = 1_001
      await add(tx, "later")
    })
    expect(await failure(late)).toMatchObject({ code: "OVERLOADED" })
    expect(await seen("late", "later")).toBe(0)
    await pool.end()
  })
})
