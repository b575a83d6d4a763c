import type { PoolClient, QueryConfig, QueryResult } from "pg"

type Query = (config: QueryConfig, ...more: unknown[]) => Promise<QueryResult>

/**
 * Lets a transaction's first statement be sent behind BEGIN, without a round trip between them: BEGIN is answered at once,
 * and the first statement's answer counts only if BEGIN has succeeded.
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
    return Promise.all([query(config, ...more), begun]).then(([result]) => result)
  }
  Object.assign(client, { query: pipelined })
}

const NO_ROWS: QueryResult = { command: "BEGIN", rowCount: null, oid: 0, fields: [], rows: [] }
