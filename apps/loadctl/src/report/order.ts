import { judgedP95, mark } from "./cells.ts"
import type { EndpointReport } from "./model.ts"

const RANKS = { "✗": 0, "?": 1, "✓": 2 } as const

/** The rows as people look for them: what is broken, what is unknown, then by how little of the limit is left. */
export function worstFirst(rows: readonly EndpointReport[]): EndpointReport[] {
  return rows.toSorted((a, b) => RANKS[mark(a)] - RANKS[mark(b)] || usedShare(b) - usedShare(a))
}

/** How much of the p95 limit is used up; rows without a limit come last. */
function usedShare(row: EndpointReport): number {
  const { limit } = row
  const p95 = judgedP95(row)
  return p95 === null || limit === null ? -1 : p95 / limit
}
