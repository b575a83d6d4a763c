import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "@saleproof/stack/ports.ts"
import { Client, escapeIdentifier } from "pg"
import { onTestFinished } from "vitest"
import { startApi, startWorker } from "./api.ts"
import { createDatabase, createTestRedis } from "./database.ts"

/** One statement, or several, on a connection of its own. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

/** A database and a Redis until the end of the test. */
export async function openShop({
  prepare = async () => undefined,
}: {
  prepare?: (url: string) => Promise<unknown>
}) {
  const database = await createDatabase()
  onTestFinished(() => database[Symbol.asyncDispose]())
  const redis = await createTestRedis()
  onTestFinished(() => redis[Symbol.asyncDispose]())
  await prepare(database.url)
  return { databaseUrl: database.url, redisUrl: redis.url }
}

/** An API and a worker, until the end of the test. */
export async function runShop(services: {
  databaseUrl: string
  redisUrl: string
  variables?: Record<string, string>
}) {
  const api = await startApi(services)
  onTestFinished(() => api[Symbol.asyncDispose]())
  const worker = await startWorker(services)
  onTestFinished(() => worker[Symbol.asyncDispose]())
  return api
}

/** The name of the database, quoted. */
export const nameOf = (url: string) => escapeIdentifier(new URL(url).pathname.slice(1))

/** What a role needs whose shop takes no settings with its connections. */
export const ROLE_SETTINGS = [
  "timezone = 'UTC'",
  "lock_timeout = 2000",
  "statement_timeout = 4000",
  "idle_in_transaction_session_timeout = 6000",
]

/** Also a role of its own, which owns nothing but may do all. */
export async function createRole(
  url: string,
  settings: readonly string[],
): Promise<{ role: string; url: string }> {
  const role = `role_${crypto.randomUUID().slice(0, 8)}`
  await administer(url, `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'secret'`)
  onTestFinished(() => administer(url, `DROP ROLE ${role}`))
  for (const setting of settings) await administer(url, `ALTER ROLE ${role} SET ${setting}`)
  const own = new URL(url)
  own.username = role
  own.password = "secret"
  return { role, url: own.href }
}

/** A Redis of its own, without a password or a file, until the end of the test. */
export async function startRedis(...settings: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "redis-"))
  const port = await freePort()
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...settings]
  const child = spawn("redis-server", args, { stdio: "ignore" })
  const exited = once(child, "exit")
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await exited
    await rm(folder, { recursive: true })
  })
  return `redis://127.0.0.1:${port}`
}
