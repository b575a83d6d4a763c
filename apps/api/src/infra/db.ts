import { PrismaPg } from "@prisma/adapter-pg"
import { Pool } from "pg"
import { ObservedPool } from "./pool.ts"
import type { PoolObserver } from "./pool.ts"
import { Prisma, PrismaClient } from "../generated/prisma/client.ts"

/** A statement or a piece of one, with its parameters. */
export type Sql = Prisma.Sql
export const { sql } = Prisma

export type Db = PrismaClient
/** The client inside a transaction; what must join one takes it as its first parameter. */
export type Tx = Parameters<Parameters<Db["$transaction"]>[0]>[0]

/** An array of PostgreSQL as text: one string parameter costs Prisma far less than a list of values. */
export function pgArray(values: Iterable<number | "NULL">): string {
  return `{${[...values].join(",")}}`
}

type DbOptions = { url: string; name: string; poolMax: number; observer?: PoolObserver }

// Each wait ends before the one around it, so that a request hears of the innermost: lock, statement, transaction.
const LOCK_TIMEOUT_MS = 2_000
const STATEMENT_TIMEOUT_MS = 4_000
const TRANSACTION_TIMEOUT_MS = 5_000
const CONNECTION_WAIT_MS = 2_000
/** Ends what a stalled or dead process holds; above the transaction timeout, which ends it politely. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 6_000

/**
 * A Prisma client with a pool of its own. A few connections beat many where rows are hot, so writes and reads get
 * one pool each; `name` shows in pg_stat_activity.
 */
export function createDb({ url, name, poolMax, observer }: DbOptions): Db {
  const config = {
    connectionString: url,
    application_name: `saleproof-${name}`,
    max: poolMax,
    connectionTimeoutMillis: CONNECTION_WAIT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  }
  const pool = observer ? new ObservedPool(config, observer) : new Pool(config)
  const adapter = new PrismaPg(pool, {
    statementNameGenerator: createStatementNames(),
    disposeExternalPool: true,
  })
  const transactionOptions = { maxWait: CONNECTION_WAIT_MS, timeout: TRANSACTION_TIMEOUT_MS }
  return new PrismaClient({ adapter, transactionOptions })
}

// Every connection keeps what it has prepared, and a list of varying length makes a new text each time.
const MAX_NAMED_STATEMENTS = 500

/** Names the first few hundred statement texts, which PostgreSQL then plans once a connection; others stay unnamed. */
function createStatementNames() {
  const names = new Map<string, string>()
  return ({ sql }: { sql: string }) => {
    const known = names.get(sql)
    if (known !== undefined) return known
    if (names.size >= MAX_NAMED_STATEMENTS) return ""
    const name = `s${names.size}`
    names.set(sql, name)
    return name
  }
}

/** Whether PostgreSQL takes writes: a standby, or a server set to read only, does not. */
export async function isWritable(db: Db): Promise<boolean> {
  const [row] = await db.$queryRaw<{ writable: boolean }[]>`
    SELECT current_setting('transaction_read_only') = 'off' AS writable`
  return row?.writable === true
}
