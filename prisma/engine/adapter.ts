import { PrismaPg } from "@prisma/adapter-pg"
import { ColumnTypeEnum } from "@prisma/driver-adapter-utils"
import type {
  SqlDriverAdapter,
  SqlMigrationAwareDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
} from "@prisma/driver-adapter-utils"
import { Pool } from "pg"
import type { FieldDef } from "pg"

type Options = { url: string; shadowDatabaseUrl: string | undefined }

const CHAR_OID = 18
const TEXT_OID = 25

/**
 * The driver that the schema engine works through. It is @prisma/adapter-pg with what migrations need besides:
 * the catalog's "char" columns, scripts that hold a semicolon inside a statement, and a shadow database that is
 * another one than the database itself (the adapter's own follows the connection string back to it).
 */
export function createAdapterFactory({ url, shadowDatabaseUrl }: Options) {
  const opened = new AsyncDisposableStack()

  async function open(at: string, disposed: () => Promise<void> = async () => {}) {
    const adapter = await connect(at, disposed)
    opened.defer(() => adapter.dispose())
    return adapter
  }

  /** A throw-away database beside `url`, dropped when the engine has compared with it. */
  async function openTemporary() {
    const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`
    const owner = await open(url)
    await owner.executeScript(`CREATE DATABASE "${name}"`)
    return open(sibling(url, name), () => owner.executeScript(`DROP DATABASE "${name}" WITH (FORCE)`))
  }

  async function openEmptied(at: string) {
    const shadow = await open(at)
    await shadow.executeScript("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;")
    return shadow
  }

  return {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => open(url),
    connectToShadowDb: () => (shadowDatabaseUrl ? openEmptied(shadowDatabaseUrl) : openTemporary()),
    /** Closes whatever the engine left open, newest first, so that no shadow database is left after a failure. */
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  } satisfies SqlMigrationAwareDriverAdapterFactory & AsyncDisposable
}

async function connect(url: string, disposed: () => Promise<void>): Promise<SqlDriverAdapter> {
  const pool = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 })
  const withCharColumns = readingCharColumns(pool)
  const adapter = await new PrismaPg(pool).connect()
  const startTransaction = adapter.startTransaction.bind(adapter)
  return Object.assign(withCharColumns(adapter), {
    startTransaction: async () => withCharColumns(await startTransaction()),
    // One message, as the native engine sends it: functions stay whole, and the list is one implicit transaction.
    executeScript: async (script: string) => {
      await adapter.executeRaw({ sql: script, args: [], argTypes: [] })
    },
    dispose: async () => {
      if (pool.ended) return
      await pool.end()
      await disposed()
    },
  })
}

/** The URL of another database on the same server. */
export function sibling(url: string | URL, database: string) {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}

/**
 * The adapter refuses the catalog's one-byte "char". Such columns are announced to it as text, and to the engine
 * as what they are. One variable is enough, because the engine sends one query at a time.
 */
function readingCharColumns(pool: Pool) {
  let charColumns: number[] = []
  pool.on("connect", (client) => {
    client.connection.prependListener("rowDescription", ({ fields }: { fields: FieldDef[] }) => {
      charColumns = fields.flatMap((field, index) => (field.dataTypeID === CHAR_OID ? [index] : []))
      for (const index of charColumns) Object.assign(fields[index] ?? {}, { dataTypeID: TEXT_OID })
    })
  })
  return <T extends SqlQueryable>(queryable: T): T => {
    const queryRaw = queryable.queryRaw.bind(queryable)
    return Object.assign(queryable, {
      queryRaw: async (query: SqlQuery) => {
        charColumns = []
        const result = await queryRaw(query)
        for (const index of charColumns) result.columnTypes[index] = ColumnTypeEnum.Character
        return result
      },
    })
  }
}
