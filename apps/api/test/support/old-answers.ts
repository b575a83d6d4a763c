import type { Db } from "../../src/infra/db.ts"

type OldAnswer = { operation: string; key: string; body: object; hash?: string; createdAt?: Date }

/** The table of kept answers as it was before keys were kept in rows; dropped when disposed. */
export async function keepOldAnswers(db: Db) {
  await db.$executeRaw`
    CREATE TABLE idempotency_keys (
      operation text, key text, request_hash text, status int, body text, created_at timestamptz(3),
      PRIMARY KEY (operation, key))`
  return {
    keep: ({ operation, key, body, hash = "", createdAt = new Date() }: OldAnswer) => db.$executeRaw`
      INSERT INTO idempotency_keys VALUES (${operation}, ${key}, ${hash}, 201, ${JSON.stringify(body)}, ${createdAt})`,
    async [Symbol.asyncDispose]() {
      await db.$executeRaw`DROP TABLE IF EXISTS idempotency_keys`
    },
  }
}
