import { DatabaseError } from "pg"
import { z } from "zod"
import { RefusalError } from "../errors.ts"

const Cause = z.object({
  originalCode: z.string().optional(),
  kind: z.string(),
  constraint: z.object({ index: z.string() }).optional().catch(undefined),
})

/** Where Prisma keeps what PostgreSQL said, for model calls (P2002, P2034, P2039 ...) and raw ones (P2010) alike. */
const DriverError = z.object({
  code: z.string(),
  meta: z.object({ driverAdapterError: z.object({ cause: Cause }) }),
})

/** What fails at BEGIN or COMMIT of Prisma's transactions comes as the adapter threw it. */
const BareDriverError = z.object({ name: z.literal("DriverAdapterError"), cause: Cause })

/** What a repeat of the transaction may get over. */
export const RETRYABLE: ReadonlySet<string> = new Set(["40001", "40P01", "55P03"])
/** Errors of pg itself, which have no code: the pool or the connection is closed, whatever the statement was. */
const CONNECTION_LOST = [
  "timeout exceeded when trying to connect",
  "Client has encountered a connection error and is not queryable",
  "Connection terminated",
  "Query read timeout",
  "The server does not support SSL connections",
  "There was an error establishing an SSL connection",
]
/** Of the operating system, such as EHOSTUNREACH and EPIPE, or of TLS. */
const SYSTEM_CODE = /^E(?!RR_)[A-Z_]+$|CERT|_(TLS|SSL)_/
const CONNECTION_KINDS = new Set([
  "DatabaseNotReachable",
  "ConnectionClosed",
  "SocketTimeout",
  "TlsConnectionError",
])
/** A changed password or right to connect, a database that was renamed or lets nobody in. */
const CONNECTION_REFUSED_STATE = /^(28|3D|55000)/
/**
 * Connection failures and refusals, a server that takes no writes, transactions that the server gave up on, resources
 * used up, and the server stopping; 57014 is a statement that took too long.
 */
const UNAVAILABLE_STATE = /^(08|25006|25P0[34]|28|3D|53|55000|57P|58)/
/** Values that no column, constraint or trigger takes. */
const ROW_STATE = /^(22|23|P0)/

function driverCause(error: unknown): z.infer<typeof Cause> | undefined {
  if (error instanceof DatabaseError) {
    const { code, constraint } = error
    return {
      kind: "postgres",
      originalCode: code,
      constraint: constraint ? { index: constraint } : undefined,
    }
  }
  const wrapped = DriverError.safeParse(error).data?.meta.driverAdapterError
  return (wrapped ?? BareDriverError.safeParse(error).data)?.cause
}

/** The SQLSTATE that made a Prisma call fail, in either of its shapes. */
export const sqlState = (error: unknown): string | undefined => driverCause(error)?.originalCode

/** The columns of a table changed (ALTER COLUMN TYPE) since a connection planned this statement. */
export function isStalePlan(error: unknown): boolean {
  // Its text is in the language of the server.
  return sqlState(error) === "0A000"
}

/** A standby, or a server or database that was set to read only, refused a write. */
export const isReadOnly = (error: unknown): boolean => sqlState(error) === "25006"

/**
 * Serialization failure, deadlock, lock timeout or a plan out of date: the transaction is rolled back and may succeed
 * when repeated.
 */
export const isRetryable = (error: unknown): boolean =>
  RETRYABLE.has(sqlState(error) ?? "") || isStalePlan(error)

/** Whether a unique index refused a row. */
export function violates(error: unknown, index: string): boolean {
  const cause = driverCause(error)
  return cause?.originalCode === "23505" && cause.constraint?.index === index
}

/** Whether PostgreSQL itself said no, so that nothing was committed; a lost connection leaves that open. */
export function isRolledBack(error: unknown): boolean {
  const state = sqlState(error)
  return state !== undefined && !UNAVAILABLE_STATE.test(state)
}

/** Whether what a row says is why the statement failed, and not the state of the database. */
export const isAboutRow = (error: unknown): boolean => ROW_STATE.test(sqlState(error) ?? "")

/** Whether PostgreSQL lets nobody in who comes like this, which a wrong setting may be the cause of as well. */
export const refusesConnections = (error: unknown): boolean =>
  CONNECTION_REFUSED_STATE.test(sqlState(error) ?? "")

/** What a failing database means to a client: too busy, or unavailable. Undefined when the error is something else. */
export function databaseRefusal(cause: unknown): RefusalError | undefined {
  const state = sqlState(cause) ?? ""
  if (RETRYABLE.has(state) || state === "57014" || isPrismaTimeout(cause)) {
    return tooBusy(cause)
  }
  const unavailable = (detail: string) =>
    new RefusalError("UNAVAILABLE", detail, { cause, retryAfterSeconds: 1 })
  if (isReadOnly(cause)) return unavailable("The database takes no writes")
  // A right that the role lost.
  if (state === "42501") return unavailable("The database does not let the shop do this")
  if (refusesConnections(cause)) return unavailable("The database refuses connections")
  if (UNAVAILABLE_STATE.test(state) || isConnectionLost(cause)) {
    return unavailable("The database does not answer")
  }
  return undefined
}

export const tooBusy = (cause?: unknown): RefusalError =>
  new RefusalError("OVERLOADED", "The shop is too busy to finish this in time", {
    cause,
    retryAfterSeconds: 1,
  })

/** P2028: no connection came free in time, or the transaction ran past its limit. */
const isPrismaTimeout = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "P2028"

function isConnectionLost(error: unknown): boolean {
  if (CONNECTION_KINDS.has(driverCause(error)?.kind ?? "")) return true
  if (!(error instanceof Error)) return false
  const isSystem = "code" in error && typeof error.code === "string" && SYSTEM_CODE.test(error.code)
  return isSystem || CONNECTION_LOST.some((message) => error.message.includes(message))
}
