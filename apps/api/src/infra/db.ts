import assert from "node:assert/strict"

import type { ClientBase } from "pg"
import { createAdapter } from "./adapter.ts"
import { createBatchTransaction } from "./batch-transaction.ts"
import type { BatchStatements, BatchTransaction } from "./batch-transaction.ts"
import { isReadOnly, isStalePlan } from "./db-errors.ts"
import { createPoolGroup, ObservedPool } from "./pool.ts"
import type { PoolGroup, PoolObserver } from "./pool.ts"
import { createStatementNames } from "./statement-names.ts"
import { createStatements } from "./statements.ts"
import type { Statements } from "./statements.ts"
import { Prisma, PrismaClient } from "../generated/prisma/client.ts"

/** A statement or a piece of one, with its parameters. */
export type Sql = Prisma.Sql
export const { sql } = Prisma

export type { BatchStatements, Statements }

/** For what hundreds of requests wait for: `raw` runs a statement by itself, `inBatch` several in a transaction. */
export type Db = PrismaClient & { raw: Statements; inBatch: BatchTransaction }
/** The client inside a transaction; what must join one takes it as its first parameter. */
export type Tx = Prisma.TransactionClient

/** The row of a query that always answers exactly one, as an aggregate and a SELECT without FROM do. */
export function oneRow<Row>(db: Statements) {
  return async (query: TemplateStringsArray, ...values: unknown[]): Promise<Row> => {
    const [row] = await db.$queryRaw<Row[]>(query, ...values)
    assert(row, "a query that always answers one row answered none")
    return row
  }
}

/** An array of PostgreSQL as text: one string parameter costs Prisma far less than a list of values. */
export function pgArray(values: Iterable<number | "NULL">): string {
  return `{${[...values].join(",")}}`
}

/** The same of UUIDs, with NULL for null. */
export function uuidArray(values: Iterable<string | null>): string {
  return `{${[...values].map((value) => value ?? "NULL").join(",")}}`
}

/**
 * The text of an array, of which the planner does not see how long it is: so a plan for any array is as good to it as one
 * for this array, and it plans once per connection instead of for each batch, which can take longer than the statement.
 */
export const hidden = (array: string): Sql => sql`(SELECT ${array}::text)`

/** `transaction`: behind a pooler such as PgBouncer that gives a connection for one transaction at a time. */
export type Pooler = "none" | "transaction"

type DbOptions = {
  url: string
  name: string
  poolMax: number
  observer?: PoolObserver
  pooler?: Pooler
  group?: PoolGroup
}

// Each wait ends before the one around it, so that a request fails with the innermost: lock, statement, transaction.
const LOCK_TIMEOUT_MS = 2_000
const STATEMENT_TIMEOUT_MS = 4_000
const TRANSACTION_TIMEOUT_MS = 5_000
const CONNECTION_WAIT_MS = 2_000
/** Ends what a stalled or killed process holds; above the transaction timeout, which reports an error first. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 6_000

/**
 * A Prisma client with a pool of its own. A few connections beat many where rows are hot, so writes and reads get
 * one pool each; `name` shows in pg_stat_activity.
 */
export function createDb({
  url,
  name,
  poolMax,
  observer,
  pooler = "none",
  group = createPoolGroup(),
}: DbOptions): Db {
  const config = {
    connectionString: url,
    application_name: `saleproof-${name}`,
    max: poolMax,
    connectionTimeoutMillis: CONNECTION_WAIT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Statements of a batch are sent without waiting for one another.
    pipeline: true,
    ...(pooler === "none" && { ...sessionOf(url), onConnect: prepareSession }),
  }
  const pool = new ObservedPool(config, observer)
  group.add(pool)
  const names = createStatementNames()
  const nameOf = (text: string) => (pooler === "none" ? names.nameOf(text) : "")
  const react = (error: unknown) => {
    if (isReadOnly(error)) group.discardConnections()
    if (isStalePlan(error)) names.renew()
  }
  const transactionOptions = { maxWait: CONNECTION_WAIT_MS, timeout: TRANSACTION_TIMEOUT_MS }
  const client = new PrismaClient({ adapter: createAdapter({ pool, nameOf, react }), transactionOptions })
  // Prisma closes the pool only if it has connected itself; that opens no connection, and takes its time each time.
  let connecting: Promise<void> | undefined
  const options = {
    connect: () => (connecting ??= client.$connect()).then(() => pool.connect()),
    nameOf,
    onError: react,
  }
  const inBatch = createBatchTransaction({ ...options, timeoutMs: TRANSACTION_TIMEOUT_MS })
  return Object.assign(client, { raw: createStatements(options), inBatch })
}

/** What statements and Prisma rely on. */
const SESSION = {
  // Prisma takes every timestamp for one in UTC, written as ISO 8601.
  timezone: "UTC",
  datestyle: "ISO, MDY",
  // What was locked is read as the transaction before left it.
  default_transaction_isolation: "read committed",
  // Sums are exact as doubles, and an array's NULL is none.
  extra_float_digits: "1",
  array_nulls: "on",
  // Prisma names the schema of its tables; raw statements find theirs by it.
  search_path: "public",
  // The pool ends what is idle; the server would do so while a statement is on its way.
  idle_session_timeout: "0",
}

const optionOf = ([name, value]: [string, string]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`

/**
 * Before a session is used. What was answered with success survives a crash of PostgreSQL, so it waits for its commits:
 * any setting but off waits at least for the disk. No transaction is cut off by a limit that PostgreSQL has from 17 on.
 */
async function prepareSession(client: ClientBase): Promise<void> {
  await client.query(`
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
    SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('transaction_timeout', true) <> '0'`)
}

/** What a pooler does not pass on: behind one the role has these as its own settings. */
function sessionOf(url: string) {
  const withoutOptions = new URL(url)
  const options = withoutOptions.searchParams.get("options")
  // pg would take them in place of ours.
  withoutOptions.searchParams.delete("options")
  return {
    connectionString: withoutOptions.href,
    // Whatever server, database, role and URL say; the last setting counts.
    options: [...(options === null ? [] : [options]), ...Object.entries(SESSION).map(optionOf)].join(" "),
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  }
}

/**
 * Rejects when PostgreSQL takes no writes: a standby, a server that was set to read only, or one where the shop's role
 * lacks the rights. Says so as a write would, so that connections which began while it was read only are discarded.
 */
export async function requireWritable(db: Db): Promise<void> {
  await db.$executeRaw`
    DO $$ BEGIN
      IF current_setting('transaction_read_only') = 'on' THEN
        RAISE EXCEPTION 'the server takes no writes' USING ERRCODE = 'read_only_sql_transaction';
      END IF;
      IF NOT (has_any_column_privilege('orders', 'INSERT') AND has_any_column_privilege('ledger_entries', 'INSERT')
              AND has_any_column_privilege('coupon_claims', 'INSERT') AND has_any_column_privilege('users', 'UPDATE')
              AND has_any_column_privilege('products', 'UPDATE')) THEN
        RAISE EXCEPTION 'the role may not write' USING ERRCODE = 'insufficient_privilege';
      END IF;
    END $$`
}

type RoleSettings = {
  user: string
  timezone: string
  datestyle: string
  isolation: string
  digits: string
  nulls: string
  tables: boolean
  commit: string
  lock: string
  statement: string
  idle: string
  session: string
  transaction: string | null
}

/** Session settings that a role must have behind a pooler and lacks, as statements that set them. */
export async function missingSettings(db: Db): Promise<string[]> {
  const row = await oneRow<RoleSettings>(db)`
    SELECT quote_ident(current_user) AS user, current_setting('timezone') AS timezone,
           current_setting('datestyle') AS datestyle, current_setting('default_transaction_isolation') AS isolation,
           current_setting('extra_float_digits') AS digits, current_setting('array_nulls') AS nulls,
           to_regclass('users') IS NOT DISTINCT FROM to_regclass('public.users') AS tables,
           current_setting('synchronous_commit') AS commit,
           current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement,
           current_setting('idle_in_transaction_session_timeout') AS idle,
           current_setting('idle_session_timeout') AS session,
           current_setting('transaction_timeout', true) AS transaction`
  const settings: readonly [fits: boolean, setting: string][] = [
    [/^(Etc\/)?(UTC|UCT|GMT)$/.test(row.timezone), "timezone = 'UTC'"],
    [row.datestyle.startsWith("ISO"), `datestyle = '${SESSION.datestyle}'`],
    [
      row.isolation === SESSION.default_transaction_isolation,
      `default_transaction_isolation = '${SESSION.default_transaction_isolation}'`,
    ],
    [Number(row.digits) >= 1, `extra_float_digits = ${SESSION.extra_float_digits}`],
    [row.nulls === "on", "array_nulls = on"],
    [row.tables, `search_path = ${SESSION.search_path}`],
    [row.commit !== "off", "synchronous_commit = on"],
    [row.lock !== "0", `lock_timeout = ${LOCK_TIMEOUT_MS}`],
    [row.statement !== "0", `statement_timeout = ${STATEMENT_TIMEOUT_MS}`],
    [row.idle !== "0", `idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT_MS}`],
    [row.session === "0", `idle_session_timeout = ${SESSION.idle_session_timeout}`],
    [(row.transaction ?? "0") === "0", "transaction_timeout = 0"],
  ]
  return settings.filter(([fits]) => !fits).map(([, setting]) => `ALTER ROLE ${row.user} SET ${setting}`)
}
