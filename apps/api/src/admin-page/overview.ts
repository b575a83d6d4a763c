import type { Audit } from "../audit/service.ts"
import { oneRow } from "../infra/db.ts"
import type { Db } from "../infra/db.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { Products } from "../products/service.ts"
import type { Rankings } from "../rankings/service.ts"

/** How far back the rate of orders looks, and how many orders at most. */
const RATE_SECONDS = 10
const MAX_COUNTED = 200_000
const MAX_PRODUCTS = 100
/** Products that one press of a button opens or closes. */
const MAX_PRESSED = 10_000
const RANKED = 5
/** An audit reads a lot; the page shows the last one, and asks for the next when it is this old. */
const AUDIT_EVERY_MS = 15_000

export type AuditLight = {
  state: "running" | "clean" | "violated" | "failed"
  at: Date | null
  violated: string[]
}
export type PolicyView = { policyId: number; left: number; total: number; closed: boolean }
/** Over all products; `openIds` and `closedIds` are at most 10,000 together. */
export type Totals = { products: number; open: number; stock: number; openIds: number[]; closedIds: number[] }
export type Overview = {
  /** The first 100. */
  products: Awaited<ReturnType<Products["list"]>>
  totals: Totals
  policies: PolicyView[]
  ordersPerSecond: number
  /** Since this process started, by code. */
  refusals: { code: string; count: number }[]
  ranking: Awaited<ReturnType<Rankings["top"]>>
  audit: AuditLight
}

type OverviewDeps = {
  db: Db
  products: Products
  rankings: Rankings
  audit: Audit
  metrics: Metrics
}

/** What the operator's page shows. */
export function createOverview({ db, products, rankings, audit, metrics }: OverviewDeps) {
  const auditLight = createAuditLight(audit)
  return async (): Promise<Overview> => {
    const [list, totals, policies, ordersPerSecond, refusals, ranking] = await Promise.all([
      products.list({ limit: MAX_PRODUCTS, after: undefined }),
      readTotals(db),
      readPolicies(db),
      readRate(db),
      readRefusals(metrics),
      rankings.top(RANKED),
    ])
    return { products: list, totals, policies, ordersPerSecond, refusals, ranking, audit: auditLight() }
  }
}

function createAuditLight(audit: Audit) {
  let light: AuditLight = { state: "running", at: null, violated: [] }
  let startedAt = -Infinity
  let running = false

  async function run() {
    running = true
    try {
      const { ok, checks } = await audit.run()
      const violated = checks.filter(({ violations }) => violations > 0).map(({ title }) => title)
      light = { state: ok ? "clean" : "violated", at: new Date(), violated }
    } catch {
      // The log has the reason; the page says that it is not known.
      light = { state: "failed", at: new Date(), violated: [] }
    } finally {
      running = false
    }
  }

  return (): AuditLight => {
    if (!running && performance.now() - startedAt >= AUDIT_EVERY_MS) {
      startedAt = performance.now()
      void run()
    }
    return light
  }
}

const readTotals = (db: Db): Promise<Totals> =>
  oneRow<Totals>(db)`
    SELECT count(*)::int AS products, (count(*) FILTER (WHERE NOT closed))::int AS open,
           coalesce(sum(stock), 0)::float8 AS stock,
           coalesce(json_agg(id ORDER BY id) FILTER (WHERE NOT closed AND nr <= ${MAX_PRESSED}), '[]') AS "openIds",
           coalesce(json_agg(id ORDER BY id) FILTER (WHERE closed AND nr <= ${MAX_PRESSED}), '[]') AS "closedIds"
    FROM (SELECT id, stock, closed, row_number() OVER (ORDER BY id) AS nr FROM products) numbered`

const readPolicies = (db: Db) => db.$queryRaw<PolicyView[]>`
  SELECT id AS "policyId", total - claimed AS left, total, closed FROM coupon_policies ORDER BY id LIMIT 100`

/** Orders by their ids from the newest back, so that it costs the same whatever the history. */
async function readRate(db: Db): Promise<number> {
  const { orders } = await oneRow<{ orders: number }>(db)`
    SELECT count(*)::float8 AS orders FROM (
      SELECT created_at FROM orders ORDER BY id DESC LIMIT ${MAX_COUNTED}
    ) latest WHERE created_at > now() - ${RATE_SECONDS}::int * interval '1 second'`
  return orders / RATE_SECONDS
}

async function readRefusals({ refusals }: Metrics): Promise<Overview["refusals"]> {
  const { values } = await refusals.get()
  return values
    .map(({ labels, value }) => ({ code: String(labels.code), count: value }))
    .toSorted((a, b) => b.count - a.count)
}
