import type { Db, Tx } from "../infra/db.ts"
import { CHECKS } from "./checks.ts"
import type { Check } from "./checks.ts"

/** An invariant that needs more than the database, e.g. Redis: `count` answers its violations now. */
export type LiveCheck = Omit<Check, "query"> & { count: () => Promise<number> }

export type CheckResult = {
  id: string
  title: string
  meaning: string
  violations: number
  durationMs: number
}
export type AuditReport = { ok: boolean; checks: CheckResult[]; durationMs: number }

type AuditDeps = { db: Db; live?: LiveCheck[]; now?: () => number }

const TIMEOUT_MS = 30_000

/** Counts the violations of every invariant, those of the database all in one snapshot. */
export function createAudit({ db, live = [], now = () => performance.now() }: AuditDeps) {
  async function timed({ id, title, meaning }: Omit<Check, "query">, count: () => Promise<number>) {
    const startedAt = now()
    const violations = await count()
    return { id, title, meaning, violations, durationMs: Math.round(now() - startedAt) }
  }

  async function snapshot(tx: Tx): Promise<CheckResult[]> {
    await tx.$executeRaw`SELECT set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`
    const results: CheckResult[] = []
    for (const check of CHECKS) results.push(await timed(check, () => countViolations(tx, check)))
    return results
  }

  return {
    async run(): Promise<AuditReport> {
      const startedAt = now()
      const inDatabase = await db.$transaction(snapshot, {
        isolationLevel: "RepeatableRead",
        timeout: TIMEOUT_MS,
      })
      const elsewhere = await Promise.all(live.map((check) => timed(check, check.count)))
      const checks = [...inDatabase, ...elsewhere]
      const ok = checks.every(({ violations }) => violations === 0)
      return { ok, checks, durationMs: Math.round(now() - startedAt) }
    },
  }
}

export type Audit = ReturnType<typeof createAudit>

async function countViolations(tx: Tx, { id, query }: Check): Promise<number> {
  const [row] = await tx.$queryRaw<
    { violations: number }[]
  >`SELECT violations::float8 FROM (${query}) counted`
  if (!row) throw new Error(`The check ${id} answered nothing`)
  return row.violations
}
