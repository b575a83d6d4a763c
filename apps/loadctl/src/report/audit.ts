import type { AuditAnswer } from "../audit/model.ts"
import { violationCount } from "./cells.ts"
import { formatTable } from "./table.ts"

/** The books of the target, one line an invariant. */
export function renderAudit({ ok, checks }: AuditAnswer): string {
  const rows = checks.map(({ id, title, violations }) => {
    const count = violationCount(violations)
    return [count === 0 ? "✓" : "✗", id, count === 0 ? "" : String(count), title]
  })
  return [
    ok ? "The books are in order." : "The books are NOT in order.",
    ...formatTable(rows, "LLRL"),
    "",
  ].join("\n")
}
