import type { LoadPlan } from "../load/model.ts"
import { chargeRequests } from "../load/requests.ts"
import type { Figures } from "../report/model.ts"
import { startShop } from "../environment/shop.ts"
import type { Shop } from "../environment/shop.ts"
import { cpuEach, measureLoad } from "./measure.ts"
import type { Suite } from "./suite.ts"

/** Charges share a statement, also those of one user. */
const VARIANTS: { name: string; callers: number; users: number; keyed?: boolean }[] = [
  { name: "5 callers, a user each", callers: 5, users: 5 },
  { name: "300 callers, a user each", callers: 300, users: 300 },
  { name: "300 callers, a user and a key each", callers: 300, users: 300, keyed: true },
  { name: "300 callers, one user", callers: 300, users: 1 },
]

export const chargesSuite: Suite = {
  title: "Charges through HTTP, committed together",
  columns: [
    { figure: "rate", heading: "committed", unit: "rate" },
    { figure: "p50", heading: "p50", unit: "ms" },
    { figure: "p95", heading: "p95", unit: "ms" },
    { figure: "p99", heading: "p99", unit: "ms" },
    { figure: "failed", heading: "refused or failed", unit: "count" },
    { figure: "apiMs", heading: "API CPU per charge", unit: "ms" },
    { figure: "databaseMs", heading: "database CPU per charge", unit: "ms" },
  ],
  async open({ io, quick, opened }) {
    const shop = opened.use(await startShop({ io, shopEnv: {} }))
    const timing = quick ? { warmUpMs: 1_000, measureMs: 2_500 } : { warmUpMs: 2_000, measureMs: 8_000 }
    const variants = VARIANTS.map(({ name, callers, users, keyed = false }) => ({
      name,
      async measure(): Promise<Figures> {
        const requests = chargeRequests(await shop.seed({ users }))
        return measureCharges(shop, { url: shop.url, callers, keyed, ...timing, requests }, io.interrupted)
      },
    }))
    return { variants, versions: { PostgreSQL: await shop.version() } }
  },
}

async function measureCharges(shop: Shop, plan: LoadPlan, signal: AbortSignal): Promise<Figures> {
  const { from, to, seconds, cpu, accepted, refused, failed } = await measureLoad(shop, plan, { signal })
  const committed = await shop.number(
    "SELECT count(*) AS n FROM ledger_entries WHERE created_at >= $1 AND created_at < $2",
    [from, to],
  )
  const { p50, p95, p99 } = accepted
  return {
    rate: committed / seconds,
    p50,
    p95,
    p99,
    failed: failed + refused.count,
    ...cpuEach(cpu, committed),
  }
}
