import assert from "node:assert/strict"
import { types } from "pg"
import type { PoolClient } from "pg"
import { Prisma } from "../generated/prisma/client.ts"
import { isStalePlan } from "./db-errors.ts"
import type { NameOf } from "./statement-names.ts"

/** Raw statements, in whatever transaction: Prisma's, a batch's, or each in its own. */
export type Statements = Pick<Prisma.TransactionClient, "$queryRaw" | "$executeRaw">

type StatementsOptions = {
  connect: () => Promise<PoolClient>
  nameOf: NameOf
  onError: (error: unknown) => void
}

/**
 * Raw statements, each in a transaction of its own, on pg's own connections: Prisma's client costs two to three times the
 * CPU of a short one. One that fails since a table's columns changed under its plan runs once more.
 */
export function createStatements({ connect, nameOf, onError }: StatementsOptions): Statements {
  async function query(statement: Prisma.Sql): Promise<Result> {
    const client = await connect()
    try {
      return await client.query<object>(toQuery(statement, nameOf))
    } catch (error) {
      onError(error)
      throw error
    } finally {
      client.release()
    }
  }
  return statementsOf((statement) =>
    query(statement).catch((error: unknown) => {
      if (!isStalePlan(error)) throw error
      return query(statement)
    }),
  )
}

export type Result = { rows: object[]; rowCount: number | null }

/** As tags, the way that Prisma's own are used. */
export function statementsOf(query: (statement: Prisma.Sql) => Promise<Result>): Statements {
  const tags = {
    $queryRaw: async (strings: TemplateStringsArray, ...values: unknown[]) =>
      (await query(Prisma.sql(strings, ...values))).rows,
    $executeRaw: async (strings: TemplateStringsArray, ...values: unknown[]) => {
      const { rowCount } = await query(Prisma.sql(strings, ...values))
      assert(rowCount !== null, "what writes rows says how many")
      return rowCount
    },
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows have the type that the caller gives them
  return tags as unknown as Statements
}

/** A statement for pg. */
export const toQuery = ({ text, values }: Prisma.Sql, nameOf: NameOf) => ({
  name: nameOf(text),
  text,
  values,
  types: TYPES,
})

/** The type of a bigint in PostgreSQL. */
const INT8: number = types.builtins.INT8

/** Reads values as Prisma's client does, which makes a BigInt of a bigint. */
const TYPES = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    const parser: unknown = oid === INT8 ? BigInt : Reflect.apply(types.getTypeParser, types, [oid, format])
    return parser
  },
}
