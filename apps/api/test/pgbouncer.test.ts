import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { freePort } from "@saleproof/stack/ports.ts"
import { providePrograms } from "@saleproof/stack/provide/debian.ts"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { startProcess } from "./support/processes.ts"
import { ROLE_SETTINGS, administer, createRole, nameOf, openShop, runShop } from "./support/services.ts"
import { RIGHT, timesIn } from "./support/times.ts"
import { createTrade } from "./support/trade.ts"

/** PgBouncer in transaction mode before the database of `url`; answers the URL that leads through it. */
async function startPgBouncer(url: string): Promise<string> {
  await providePrograms(["pgbouncer"], { env: process.env, progress: (_text, work) => work() })
  const target = new URL(url)
  const folder = await mkdtemp(join(tmpdir(), "pgbouncer-"))
  const port = await freePort()
  const settings = join(folder, "pgbouncer.ini")
  await writeFile(
    settings,
    `[databases]
shop = host=${target.hostname} port=${target.port} dbname=${target.pathname.slice(1)} user=${target.username} password=${target.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 10
`,
  )
  await Promise.all([chmod(folder, 0o755), chmod(settings, 0o644)])
  // It refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const child = spawn("pgbouncer", [settings], {
    stdio: ["ignore", "ignore", "pipe"],
    ...nobody,
    env: { PATH: `${process.env["PATH"]}:/usr/sbin` },
  })
  let log = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text))
  const exited = once(child, "exit")
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await exited
    await rm(folder, { recursive: true })
  })
  await vi.waitFor(() => expect(log).toContain("process up"), { timeout: 10_000 })
  return `postgresql://${target.username}@127.0.0.1:${port}/shop`
}

describe("behind PgBouncer in transaction mode", () => {
  it("the API says which setting it needs, and then which settings the role needs", async () => {
    const services = await openShop({
      prepare: (to) => administer(to, "CREATE SCHEMA other; CREATE TABLE other.users ()"),
    })
    const { role, url } = await createRole(services.databaseUrl, [
      "timezone = 'Asia/Seoul'",
      "search_path = other, public",
    ])
    const pooled = await startPgBouncer(url)
    const variables = { DATABASE_URL: pooled, REDIS_URL: services.redisUrl, PORT: "0" }
    await using unset = startProcess("main", variables)
    expect(await unset.exited).toMatchObject({ code: 1 })
    expect(unset.errors()).toMatch(/PgBouncer.*set DATABASE_POOLER=transaction/)
    await using halfSet = startProcess("main", { ...variables, DATABASE_POOLER: "transaction" })
    expect(await halfSet.exited).toMatchObject({ code: 1 })
    expect(halfSet.errors()).toContain(
      ["timezone = 'UTC'", "search_path = public", "lock_timeout"]
        .map((setting) => `ALTER ROLE ${role} SET ${setting}`)
        .join("; "),
    )
  })

  it("the shop does all that it does without", async () => {
    const services = await openShop({
      prepare: (url) => administer(url, `ALTER DATABASE ${nameOf(url)} SET timezone = 'Asia/Seoul'`),
    })
    const { url } = await createRole(services.databaseUrl, ROLE_SETTINGS)
    const databaseUrl = await startPgBouncer(url)
    const api = await runShop({ ...services, databaseUrl, variables: { DATABASE_POOLER: "transaction" } })
    expect(await timesIn(api)).toEqual(RIGHT)
    const trade = createTrade(api.request)
    const { user, product } = await trade.seed({ users: 50 })
    const users = Array.from({ length: 50 }, (_, n) => user(n + 1))
    const charges = await Promise.all(users.map((id) => trade.charge(id, 10_000)))
    const orders = await Promise.all(
      users.map((userId) => trade.order({ userId, items: [{ productId: product(1), quantity: 1 }] })),
    )
    expect(new Set([...charges, ...orders].map(({ status }) => status))).toEqual(new Set([201]))
    await expect.poll(() => trade.violations()).toEqual({})
  })
})
