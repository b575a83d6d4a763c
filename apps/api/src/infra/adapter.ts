import { PrismaPg } from "@prisma/adapter-pg"
import { isReadOnly, isStalePlan } from "./db-errors.ts"
import type { ObservedPool } from "./pool.ts"

type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>
type Queries = Pick<Adapter, "queryRaw" | "executeRaw">

type AdapterOptions = { pool: ObservedPool; namedStatements: boolean; onReadOnly: () => void }

/**
 * Prisma's adapter on a pool of ours. A statement outside a transaction that fails since a table's columns changed under
 * its plan runs once more.
 */
export function createAdapter({ pool, namedStatements, onReadOnly }: AdapterOptions) {
  const names = createStatementNames()
  const factory = new PrismaPg(pool, {
    ...(namedStatements && { statementNameGenerator: (query) => names.nameOf(query) }),
    disposeExternalPool: true,
  })

  function react(error: unknown): void {
    if (isReadOnly(error)) onReadOnly()
    if (isStalePlan(error)) names.renew()
  }

  const watch = (queries: Queries) => {
    const queryRaw = queries.queryRaw.bind(queries)
    const executeRaw = queries.executeRaw.bind(queries)
    queries.queryRaw = (query) => queryRaw(query).catch(rethrow)
    queries.executeRaw = (query) => executeRaw(query).catch(rethrow)
  }
  const rethrow = (error: unknown): never => {
    react(error)
    throw error
  }

  async function connect(): Promise<Adapter> {
    const adapter = await factory.connect()
    watch(adapter)
    const queryRaw = adapter.queryRaw.bind(adapter)
    const executeRaw = adapter.executeRaw.bind(adapter)
    const startTransaction = adapter.startTransaction.bind(adapter)
    adapter.queryRaw = (query) => onceMore(() => queryRaw(query))
    adapter.executeRaw = (query) => onceMore(() => executeRaw(query))
    adapter.startTransaction = async (isolationLevel) => {
      const transaction = await startTransaction(isolationLevel)
      watch(transaction)
      return transaction
    }
    return adapter
  }

  return { provider: "postgres" as const, adapterName: factory.adapterName, connect }
}

async function onceMore<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!isStalePlan(error)) throw error
    return run()
  }
}

// Every connection keeps what it has prepared, and a list of varying length makes a new text each time.
const MAX_NAMED_STATEMENTS = 500

/** Names the first few hundred statement texts, which PostgreSQL then plans once per connection; others stay unnamed. */
function createStatementNames() {
  const names = new Map<string, string>()
  let generation = 0
  return {
    nameOf({ sql }: { sql: string }): string {
      const known = names.get(sql)
      if (known !== undefined) return known
      if (names.size >= MAX_NAMED_STATEMENTS) return ""
      const name = `s${generation}_${names.size}`
      names.set(sql, name)
      return name
    },
    /** Every connection holds plans that are no good any more, so every statement gets another name. */
    renew() {
      generation++
      names.clear()
    },
  }
}
