import type { AuditAnswer } from "../audit/model.ts"
import { violationCount } from "./cells.ts"
import { formatTable } from "./table.ts"

/** The invariants of the target, one line each. */
export function renderAudit({ ok, checks }: AuditAnswer): string {
  const rows = checks.map(({ id, title, violations }) => {
    const count = violationCount(violations)
    return [count === 0 ? "✓" : "✗", id, count === 0 ? "" : String(count), title]
  })
  return [ok ? "All invariants hold." : "Invariants are violated.", ...formatTable(rows, "LLRL"), ""].join(
    "\n",
  )
}
