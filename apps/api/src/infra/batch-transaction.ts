import type { PoolClient } from "pg"
import { Prisma } from "../generated/prisma/client.ts"
import { tooBusy } from "./db-errors.ts"
import type { NameOf } from "./statement-names.ts"
import { statementsOf, toQuery } from "./statements.ts"
import type { Statements } from "./statements.ts"

/**
 * The statements of a batch. Those that are sent without waiting for one another share a round trip, as the first ones
 * do with BEGIN. `andCommit` is for the last one, which shares a round trip with COMMIT: it has to fail by itself where
 * it did not do what it was to do, and nothing may fail after it.
 */
export type BatchStatements = Statements & { andCommit: Statements }

/** Runs `work` in a transaction, which ends as `work` does: committed when it resolves, rolled back when it rejects. */
export type BatchTransaction = <T>(work: (tx: BatchStatements) => Promise<T>) => Promise<T>

type Options = {
  connect: () => Promise<PoolClient>
  nameOf: NameOf
  onError: (error: unknown) => void
  timeoutMs: number
  now?: () => number
}

/**
 * Transactions of raw statements on pg's own connections, which must be pipelined: without Prisma's client, which costs
 * more CPU than what a batch does itself, and without waiting where nothing is to be decided. After `timeoutMs` a
 * transaction takes no more statements.
 */
export function createBatchTransaction({
  connect,
  nameOf,
  onError,
  timeoutMs,
  now = () => performance.now(),
}: Options) {
  const run: BatchTransaction = async (work) => {
    const client = await connect()
    const endsAt = now() + timeoutMs
    const transaction = begin(client, {
      nameOf,
      checkTime: () => {
        if (now() > endsAt) throw tooBusy()
      },
    })
    try {
      const result = await work(transaction.statements)
      await transaction.commit()
      return result
    } catch (error) {
      onError(error)
      await transaction.rollBack()
      throw error
    } finally {
      client.release()
    }
  }
  return run
}

type Sending = Pick<Options, "nameOf"> & { checkTime: () => void }

function begin(client: PoolClient, { nameOf, checkTime }: Sending) {
  const begun = client.query("BEGIN")
  // The first statement fails with it.
  begun.catch(() => undefined)
  let ended: Promise<unknown> | undefined

  function send(statement: Prisma.Sql) {
    checkTime()
    return client.query<object>(toQuery(statement, nameOf))
  }
  const end = (command: "COMMIT" | "ROLLBACK") => (ended ??= client.query(command))

  async function query(statement: Prisma.Sql) {
    const [, result] = await Promise.all([begun, send(statement)])
    return result
  }

  /** A statement that fails has aborted the transaction, so that COMMIT only ends it. `commit` waits for that. */
  async function queryAndCommit(statement: Prisma.Sql) {
    await begun
    const result = send(statement)
    end("COMMIT").catch(() => undefined)
    return result
  }

  return {
    statements: { ...statementsOf(query), andCommit: statementsOf(queryAndCommit) },
    commit: () => begun.then(() => end("COMMIT")),
    /** A connection that is lost took its transaction with it; the pool drops it when it is given back. */
    rollBack: () => end("ROLLBACK").catch(() => undefined),
  }
}

/**
 * For the last statement of a batch: it fails unless each part of its WITH wrote as many rows as `expected` has under the
 * part's name.
 */
export function everyRow(expected: Readonly<Record<string, number>>): Prisma.Sql {
  const parts = Object.keys(expected)
  const counts = Prisma.raw(parts.map((part) => `'${part}', (SELECT count(*) FROM ${part})`).join(", "))
  const wanted = JSON.stringify(expected)
  return Prisma.sql`
    (SELECT must_hold(rows = ${wanted}::jsonb, 'A locked row changed: ' || rows::text || ' instead of ' || ${wanted}::text)
     FROM (SELECT jsonb_build_object(${counts}) AS rows) done)`
}
