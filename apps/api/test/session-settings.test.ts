import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { createDb } from "../src/infra/db.ts"
import type { Db } from "../src/infra/db.ts"
import { createTestDb } from "./support/database.ts"
import { administer, createRole, openShop, runShop } from "./support/services.ts"
import { RIGHT, timesIn } from "./support/times.ts"
import { createTrade } from "./support/trade.ts"

const { url, ...database } = await createTestDb()
afterAll(() => database[Symbol.asyncDispose]())

/** What a session of the shop is set to whose role has this setting. */
async function settingOf(name: string, value: string): Promise<string> {
  const { url: own } = await createRole(url, [`${name} = ${value}`])
  const db = createDb({ url: own, name: "settings", poolMax: 1 })
  const [row] = await db.$queryRaw<{ setting: string }[]>`SELECT current_setting(${name}) AS setting`
  await db.$disconnect()
  return String(row?.setting)
}

/** Changes of a product, each of which begins and then commits when it is told to. */
function createChanges(db: Db, productId: number) {
  function beginChange() {
    const [locked, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const changed = db.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE products SET closed = closed WHERE id = ${productId}::int`
      locked.resolve()
      await commit.promise
    })
    changed.catch(locked.reject)
    return { locked: locked.promise, commit: commit.resolve }
  }
  const waiting = async () => {
    const [row] = await db.$queryRaw<{ sessions: number }[]>`
      SELECT count(*)::int AS sessions FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`
    return row?.sessions
  }
  return { beginChange, waiting }
}

describe("a role with settings of its own", () => {
  it.each(["German", "SQL, DMY", "Postgres, MDY"])("changes no time by its DateStyle %s", async (style) => {
    const services = await openShop({})
    const role = await createRole(services.databaseUrl, [
      `datestyle = '${style}'`,
      "timezone = 'Asia/Kathmandu'",
      "extra_float_digits = -3",
      "array_nulls = off",
    ])
    expect(await timesIn(await runShop({ ...services, databaseUrl: role.url }))).toEqual(RIGHT)
  })

  it("keeps its shop out of the tables of another program by its search_path", async () => {
    const services = await openShop({
      prepare: async (url) => {
        await administer(url, "CREATE SCHEMA other")
        for (const table of ["users", "orders", "outbox_events"])
          await administer(url, `CREATE TABLE other.${table} (LIKE public.${table})`)
      },
    })
    const role = await createRole(services.databaseUrl, ["search_path = other, public"])
    expect(await timesIn(await runShop({ ...services, databaseUrl: role.url }))).toEqual(RIGHT)
    const db = createDb({ url: services.databaseUrl, name: "other", poolMax: 1 })
    onTestFinished(() => db.$disconnect())
    const [row] = await db.$queryRaw<{ rows: number }[]>`
      SELECT (SELECT count(*) FROM other.users)::int + (SELECT count(*) FROM other.orders)::int
             + (SELECT count(*) FROM other.outbox_events)::int AS rows`
    expect(row).toEqual({ rows: 0 })
  })

  it.each(["serializable", "repeatable read"])(
    "refuses no order that waits for others by its isolation level %s",
    async (level) => {
      const services = await openShop({})
      const role = await createRole(services.databaseUrl, [`default_transaction_isolation = '${level}'`])
      const api = await runShop({ ...services, databaseUrl: role.url })
      const trade = createTrade(api.request)
      const { user, product } = await trade.seed({ users: 1, policies: 1 })
      await trade.charge(user(1), 10_000)
      const db = createDb({ url: services.databaseUrl, name: "changes", poolMax: 3 })
      onTestFinished(() => db.$disconnect())
      const { beginChange, waiting } = createChanges(db, product(1))

      let holder = beginChange()
      await holder.locked
      const answers: unknown[] = []
      const items = [{ productId: product(1), quantity: 1 }]
      const order = trade.order({ userId: user(1), items }).finally(() => answers.push("it"))
      const meets = async () => answers.length > 0 || (await waiting()) === 1
      for (let changes = 0; answers.length === 0 && changes < 10; changes++) {
        await expect.poll(meets).toBe(true)
        const next = beginChange()
        await expect.poll(async () => answers.length > 0 || (await waiting()) === 2).toBe(true)
        holder.commit()
        await next.locked
        holder = next
        await expect.poll(meets).toBe(true)
      }
      holder.commit()
      expect(await order).toMatchObject({ status: 201 })
      await expect.poll(() => trade.violations()).toEqual({})
    },
  )

  it.each(["idle_session_timeout", "transaction_timeout"])(
    "ends no session of the shop by %s",
    async (name) => {
      expect(await settingOf(name, "1000")).toBe("0")
    },
  )

  it.each([
    ["off", "on"],
    ["local", "local"],
    ["remote_apply", "remote_apply"],
  ])("waits for its commits with synchronous_commit %s", async (given, used) => {
    expect(await settingOf("synchronous_commit", given)).toBe(used)
  })
})

describe("a role that loses a right while the shop runs", () => {
  it.each([
    ["INSERT", "orders"],
    ["UPDATE", "users"],
  ])(
    "makes writes 503 and the shop not ready without %s on %s, until it has it again",
    async (right, table) => {
      const services = await openShop({})
      const { url: own, role } = await createRole(services.databaseUrl, [])
      await administer(services.databaseUrl, `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`)
      await administer(services.databaseUrl, `GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`)
      const api = await runShop({ ...services, databaseUrl: own })
      const trade = createTrade(api.request)
      const { user, product } = await trade.seed({ users: 1, policies: 1 })
      await trade.charge(user(1), 100_000)
      await administer(services.databaseUrl, `ALTER ROLE ${role} NOSUPERUSER`)
      const order = () => trade.order({ userId: user(1), items: [{ productId: product(1), quantity: 1 }] })
      const ready = async () => (await api.request.get("/readyz")).status
      expect([(await order()).status, await ready()]).toEqual([201, 200])
      await administer(services.databaseUrl, `REVOKE ${right} ON ${table} FROM ${role}`)
      expect(await order()).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } })
      expect(await ready()).toBe(503)
      await administer(services.databaseUrl, `GRANT ${right} ON ${table} TO ${role}`)
      expect([(await order()).status, await ready()]).toEqual([201, 200])
      await administer(services.databaseUrl, `DROP OWNED BY ${role}`)
    },
  )
})
