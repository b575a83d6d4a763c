import { PrismaPg } from "@prisma/adapter-pg"
import { isStalePlan } from "./db-errors.ts"
import type { ObservedPool } from "./pool.ts"
import type { NameOf } from "./statement-names.ts"

type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>
type Queries = Pick<Adapter, "queryRaw" | "executeRaw">

type AdapterOptions = { pool: ObservedPool; nameOf: NameOf; react: (error: unknown) => void }

/**
 * Prisma's adapter on a pool of ours. A statement outside a transaction that fails since a table's columns changed under
 * its plan runs once more.
 */
export function createAdapter({ pool, nameOf, react }: AdapterOptions) {
  const factory = new PrismaPg(pool, {
    statementNameGenerator: ({ sql }) => nameOf(sql),
    disposeExternalPool: true,
  })

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
