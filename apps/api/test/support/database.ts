import { Redis } from "ioredis"
import { Client, escapeIdentifier } from "pg"
import { inject } from "vitest"
import { createDb } from "../../src/infra/db.ts"
import type { Db } from "../../src/infra/db.ts"

/** One of vitest's workers at a time has this number, so what is named by it is never shared. */
// oxlint-disable-next-line node/no-process-env -- vitest provides it in no other way
const WORKER = Number(process.env["VITEST_POOL_ID"] ?? 1)

/** A database of this test file, cloned from the migrated template, and dropped when disposed. */
export async function createDatabase(): Promise<{ url: string } & AsyncDisposable> {
  const template = new URL(inject("databaseUrl"))
  const name = `test_${WORKER}_${crypto.randomUUID().slice(0, 8)}`
  const templateName = template.pathname.slice(1)
  await run(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(templateName)}`)
  const url = new URL(template)
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => run(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`),
  }
}

async function run(statement: string): Promise<void> {
  const url = new URL(inject("databaseUrl"))
  url.pathname = "/postgres"
  const client = new Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** The URL of the Redis database of this worker. Redis has 16, of which the first stays unused. */
export function redisUrl(): string {
  const url = new URL(inject("redisUrl"))
  url.pathname = `/${1 + (WORKER % 15)}`
  return url.href
}

/** An emptied Redis database of this worker and a client of it. */
export async function createTestRedis(): Promise<{ redis: Redis; url: string } & AsyncDisposable> {
  const url = redisUrl()
  const redis = new Redis(url)
  await redis.flushdb()
  return {
    redis,
    url,
    async [Symbol.asyncDispose]() {
      await redis.flushdb()
      await redis.quit()
    },
  }
}

/** A database of this test file with a client of it. */
export async function createTestDb({ poolMax = 4 } = {}): Promise<{ db: Db; url: string } & AsyncDisposable> {
  const database = await createDatabase()
  const db = createDb({ url: database.url, name: "test", poolMax })
  return {
    db,
    url: database.url,
    async [Symbol.asyncDispose]() {
      await db.$disconnect()
      await database[Symbol.asyncDispose]()
    },
  }
}
