import assert from "node:assert/strict"
import { Prisma } from "../generated/prisma/client.ts"
import type { createAdapter } from "./adapter.ts"
import { tooBusy } from "./db-errors.ts"

type Adapter = Awaited<ReturnType<ReturnType<typeof createAdapter>["connect"]>>
type Transaction = Awaited<ReturnType<Adapter["startTransaction"]>>
type ResultSet = Awaited<ReturnType<Transaction["queryRaw"]>>

/** What raw statements need of a transaction, whether it is Prisma's or a batch's. */
export type Statements = Pick<Prisma.TransactionClient, "$queryRaw">

/** Runs `work` in a transaction, which ends as `work` does: committed when it resolves, rolled back when it rejects. */
export type BatchTransaction = <T>(work: (tx: Statements) => Promise<T>) => Promise<T>

type Options = { connect: () => Promise<Adapter>; timeoutMs: number; now?: () => number }

/**
 * Transactions of raw statements on Prisma's adapter, with its errors and without its client, which costs more CPU than
 * what a batch does itself. After `timeoutMs` a transaction takes no more statements.
 */
export function createBatchTransaction({ connect, timeoutMs, now = () => performance.now() }: Options) {
  let connecting: Promise<Adapter> | undefined

  const run: BatchTransaction = async (work) => {
    connecting ??= connect()
    const adapter = await connecting
    const transaction = await adapter.startTransaction()
    const endsAt = now() + timeoutMs
    const query = async (statement: Prisma.Sql): Promise<object[]> => {
      if (now() > endsAt) throw tooBusy()
      return rowsOf(await transaction.queryRaw(rawQuery(statement)))
    }
    try {
      const result = await work(statementsOf(query))
      await transaction.executeRaw(COMMIT)
      await transaction.commit()
      return result
    } catch (error) {
      await rollBack(transaction)
      throw error
    }
  }
  return run
}

const command = (text: string) => ({ sql: text, args: [], argTypes: [] })
const COMMIT = command("COMMIT")
const ROLLBACK = command("ROLLBACK")

/** A connection that is lost took its transaction with it; the pool drops it when it is given back. */
async function rollBack(transaction: Transaction): Promise<void> {
  await transaction.executeRaw(ROLLBACK).catch(() => undefined)
  await transaction.rollback()
}

/** As a tag, the way that Prisma's `$queryRaw` is used. */
function statementsOf(query: (statement: Prisma.Sql) => Promise<object[]>): Statements {
  const $queryRaw = (strings: TemplateStringsArray, ...values: unknown[]) =>
    query(Prisma.sql(strings, ...values))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows have the type that the caller gives them
  return { $queryRaw } as unknown as Statements
}

const SCALAR = { scalarType: "unknown", arity: "scalar" } as const

const rawQuery = ({ text, values }: Prisma.Sql) => ({
  sql: text,
  args: values,
  argTypes: values.map(() => SCALAR),
})

/** `ColumnTypeEnum.Json` of Prisma's adapters; they leave its value a text. */
const JSON_COLUMN = 11

function rowsOf({ columnNames, columnTypes, rows }: ResultSet): object[] {
  return rows.map((row) => {
    const read = row.map((value, at) => {
      if (columnTypes[at] !== JSON_COLUMN || value === null) return value
      assert(typeof value === "string", "an adapter hands JSON over as text")
      const parsed: unknown = JSON.parse(value)
      return parsed
    })
    return Object.fromEntries(columnNames.map((name, at) => [name, read[at]]))
  })
}
