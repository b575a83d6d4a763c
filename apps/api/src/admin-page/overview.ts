import type { Audit } from "../audit/service.ts"
import { oneRow } from "../infra/db.ts"
import type { Db } from "../infra/db.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { Products } from "../products/service.ts"
import type { Rankings } from "../rankings/service.ts"

/** How far back the rate of orders looks, and how many orders at most. */
const RATE_SECONDS = 10
const MAX_COUNTED = 200_000
/** Products or policies that are listed. */
const MAX_LISTED = 100
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
/** Of a product or a policy. */
export type SaleState = "Open" | "Not yet" | "Over" | "Closed"
type ProductView = Awaited<ReturnType<Products["list"]>>[number] & { state: SaleState }
type PolicyView = { policyId: number; left: number; total: number; state: SaleState }
/** Over all products; `openIds` (those not closed) and `closedIds` are at most 10,000 together. */
type Totals = {
  at: Date
  products: number
  /** Can be ordered now. */
  onSale: number
  /** When the next sale begins, if one does. */
  nextAt: Date | null
  stock: number
  openIds: number[]
  closedIds: number[]
  policies: number
}
export type Overview = {
  /** The first 100. */
  products: ProductView[]
  totals: Totals
  /** The first 100. */
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
    // First: its time decides what is open.
    const totals = await readTotals(db)
    const [list, policies, ordersPerSecond, refusals, ranking] = await Promise.all([
      products.list({ limit: MAX_LISTED, after: undefined }),
      readPolicies(db, totals.at),
      readRate(db),
      readRefusals(metrics),
      rankings.top(RANKED),
    ])
    const states = list.map((product) => ({ ...product, state: stateOf(product, totals.at) }))
    return { products: states, totals, policies, ordersPerSecond, refusals, ranking, audit: auditLight() }
  }
}

type Terms = {
  closed?: boolean | undefined
  startsAt?: Date | string | undefined
  endsAt?: Date | string | undefined
}

/** As orders and claims are decided: from `startsAt` on, and before `endsAt`. */
function stateOf({ closed = false, startsAt, endsAt }: Terms, at: Date): SaleState {
  if (closed) return "Closed"
  if (endsAt !== undefined && at >= new Date(endsAt)) return "Over"
  return startsAt !== undefined && at < new Date(startsAt) ? "Not yet" : "Open"
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
    SELECT now() AS at, count(*)::int AS products, (count(*) FILTER (WHERE NOT closed
             AND coalesce(starts_at <= now(), true) AND coalesce(ends_at > now(), true)))::int AS "onSale",
           min(starts_at) FILTER (WHERE NOT closed AND starts_at > now()) AS "nextAt",
           coalesce(sum(stock), 0)::float8 AS stock, (SELECT count(*)::int FROM coupon_policies) AS policies,
           coalesce(json_agg(id ORDER BY id) FILTER (WHERE NOT closed AND nr <= ${MAX_PRESSED}), '[]') AS "openIds",
           coalesce(json_agg(id ORDER BY id) FILTER (WHERE closed AND nr <= ${MAX_PRESSED}), '[]') AS "closedIds"
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS nr FROM products) numbered`

async function readPolicies(db: Db, at: Date): Promise<PolicyView[]> {
  const rows = await db.couponPolicy.findMany({ orderBy: { id: "asc" }, take: MAX_LISTED })
  return rows.map(({ id, total, claimed, ...terms }) => ({
    policyId: id,
    left: total - claimed,
    total,
    state: stateOf(terms, at),
  }))
}

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
