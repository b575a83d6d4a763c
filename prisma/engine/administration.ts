import { Client, escapeIdentifier } from "pg"
import { sibling } from "./adapter.ts"
import { explainConnectionError } from "./connection-error.ts"
import { writeLog } from "./log.ts"

/** The database that every server has, for creating or dropping another one. */
const MAINTENANCE = "postgres"

const COMMANDS = new Map([
  ["can-connect-to-database", (url: string) => run(url, "SELECT 1")],
  ["create-database", (url: string) => run(sibling(url, MAINTENANCE), `CREATE DATABASE ${name(url)}`)],
  [
    "drop-database",
    (url: string) => run(sibling(url, MAINTENANCE), `DROP DATABASE ${name(url)} WITH (FORCE)`),
  ],
])

/**
 * Runs `schema-engine cli COMMAND` and returns its exit code. Prisma skips the first line of the log and reads
 * the error code from a later one, so a line always goes ahead.
 */
export async function runAdministration(command: string, url: string) {
  writeLog("INFO", { message: `Starting schema engine CLI: ${command}` })
  try {
    const perform = COMMANDS.get(command)
    if (!perform) throw new Error(`Unknown command ${command}`)
    await perform(url)
    return 0
  } catch (error) {
    const { code, message } = explainConnectionError(error, url)
    writeLog("ERROR", { message, error_code: code, is_panic: false, meta: {} })
    return 1
  }
}

async function run(url: string, statement: string) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function name(url: string) {
  return escapeIdentifier(decodeURIComponent(new URL(url).pathname.slice(1)))
}
