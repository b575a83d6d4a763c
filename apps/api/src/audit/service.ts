import type { Db, Tx } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import { withinBudget } from "./budget.ts"
import { CHECKS } from "./checks.ts"
import type { CheckText } from "./part.ts"
import { countViolations, inSnapshot, limitStatements } from "./count.ts"
import { createFullRecount } from "./full-recount.ts"
import type { RecountProgress } from "./full-recount.ts"
import type { Violations } from "./recount.ts"
import { createRest } from "./rest.ts"
import type { Rest } from "./rest.ts"
import { partAfter, readSegments } from "./seals.ts"
import type { Segment } from "./seals.ts"

/** An invariant that needs more than the database, e.g. Redis: `count` answers its violations now. */
export type LiveCheck = CheckText & { count: () => Promise<number> }

export type CheckResult = CheckText & { violations: number; durationMs: number }
export type Seal = { sealedAt: string; orders: number }
export type AuditReport = {
  ok: boolean
  checks: CheckResult[]
  durationMs: number
  full: boolean
  seals: Seal[]
  /** The last full audit of this process. */
  recount: RecountProgress | null
}

/** How long an audit may count; what is not sealed makes it long. */
const BUDGET_MS = 60_000

/** How often a full audit logs how far it is. */
const LOG_EVERY_MS = 10_000

type AuditDeps = {
  db: Db
  live?: LiveCheck[]
  logger?: Logger
  rest?: Rest
  budgetMs?: number
  now?: () => number
}

/**
 * Counts the violations of every invariant, those of the database all in one snapshot: over what came after the last
 * seal, with the sums of what is sealed. A full audit counts that again as well.
 */
export function createAudit(deps: AuditDeps) {
  const { db, live = [], logger, rest = createRest(db), budgetMs = BUDGET_MS } = deps
  const { now = () => performance.now() } = deps
  let counting: Promise<unknown> = Promise.resolve()
  let loggedAt = now()
  const recount = createFullRecount({
    db,
    rest,
    onProgress(progress) {
      if (now() - loggedAt < LOG_EVERY_MS) return
      loggedAt = now()
      logger?.info({ recount: progress }, "a full audit is in progress")
    },
  })

  async function timed({ id, title, meaning }: CheckText, count: () => Promise<number>) {
    const startedAt = now()
    const violations = await count()
    return { id, title, meaning, violations, durationMs: Math.round(now() - startedAt) }
  }

  async function snapshot(tx: Tx): Promise<{ results: CheckResult[]; segments: Segment[] }> {
    const endsAt = now() + budgetMs
    const segments = await readSegments(tx)
    const open = partAfter(segments.at(-1))
    const results: CheckResult[] = []
    for (const check of CHECKS) {
      await limitStatements(tx, endsAt - now())
      results.push(await timed(check, () => countViolations(tx, check, open)))
    }
    return { results, segments }
  }

  async function count(recounted: Violations, full: boolean): Promise<AuditReport> {
    const startedAt = now()
    const { results, segments } = await withinBudget({ db, budgetMs }, () => inSnapshot(db, snapshot))
    const inDatabase = results.map((result) => ({
      ...result,
      violations: result.violations + (recounted.get(result.id) ?? 0),
    }))
    const elsewhere = await Promise.all(live.map((check) => timed(check, check.count)))
    const checks = [...inDatabase, ...elsewhere]
    const ok = checks.every(({ violations }) => violations === 0)
    const seals = segments.map(({ sealedAt, orders }) => ({ sealedAt: sealedAt.toISOString(), orders }))
    const durationMs = Math.round(now() - startedAt)
    return { ok, checks, durationMs, full, seals, recount: recount.progress() }
  }

  /** One at a time: each reads a lot, and the next begins when it may. */
  function countInTurn(recounted: Violations, full: boolean): Promise<AuditReport> {
    const result = counting.then(() => count(recounted, full))
    counting = result.catch(() => undefined)
    return result
  }

  return {
    /** @throws UNAVAILABLE when it takes longer than a minute */
    run: (): Promise<AuditReport> => countInTurn(new Map(), false),

    /**
     * Takes minutes; meanwhile, and when it ended early, `run` says how far it is and what it found.
     * @throws OVERLOADED while another full audit runs in this process, UNAVAILABLE when it ended early
     */
    runFull: async (): Promise<AuditReport> => countInTurn(await recount.run(), true),
  }
}

export type Audit = ReturnType<typeof createAudit>
