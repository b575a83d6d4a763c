import type { PoolClient, QueryConfig, QueryResult } from "pg"

type Query = (config: QueryConfig, ...more: unknown[]) => Promise<QueryResult>

/** The end of the text of a transaction's first statement that changes no row, and so may be sent with BEGIN. */
export const BEHIND_BEGIN = "/* behind BEGIN */"

/**
 * Sends a first statement that ends with BEHIND_BEGIN right behind BEGIN, without a round trip between them: BEGIN is
 * answered at once, and the statement's answer counts only if BEGIN has succeeded. Any other first statement waits for
 * BEGIN, because PostgreSQL would commit it alone if it cancelled BEGIN.
 */
export function pipelineBegin(client: PoolClient): void {
  const query = client.query.bind(client) as Query
  let beginning: Promise<QueryResult> | undefined
  const pipelined: Query = (config, ...more) => {
    if (config.text === "BEGIN") {
      beginning = query(config)
      // Reported by the statement behind it.
      beginning.catch(() => undefined)
      return Promise.resolve(NO_ROWS)
    }
    const begun = beginning
    if (!begun) return query(config, ...more)
    beginning = undefined
    if (!config.text.endsWith(BEHIND_BEGIN)) return begun.then(() => query(config, ...more))
    return Promise.all([query(config, ...more), begun]).then(([result]) => result)
  }
  Object.assign(client, { query: pipelined })
}

const NO_ROWS: QueryResult = { command: "BEGIN", rowCount: null, oid: 0, fields: [], rows: [] }
