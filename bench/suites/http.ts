import { startBareExpress } from "../load/bare-express.ts"
import type { Column, Figures } from "../report/model.ts"
import { startShop } from "../environment/shop.ts"
import type { Shop } from "../environment/shop.ts"
import { measureBare, measureOrders } from "./order-load.ts"
import type { Suite, Variant } from "./suite.ts"

/** The first is the headline. */
const CALLERS = [300, 50, 1_000]
/** Ten times as many clients as are admitted; each comes back when Retry-After says so. */
const ADMITTED = 1_500
const OVERLOAD = 10 * ADMITTED

const COLUMNS: Column[] = [
  { figure: "rate", heading: "committed", unit: "rate" },
  { figure: "ofBare", heading: "of bare Express", unit: "share", interval: true },
  { figure: "ofPeak", heading: "of the 300 callers' rate", unit: "share" },
  { figure: "p50", heading: "p50", unit: "ms" },
  { figure: "p95", heading: "p95", unit: "ms" },
  { figure: "p99", heading: "p99", unit: "ms" },
  { figure: "refused", heading: "answered 503", unit: "count" },
  { figure: "refusedP99", heading: "503 p99", unit: "ms" },
  { figure: "failed", heading: "failed", unit: "count" },
  { figure: "apiMs", heading: "API CPU per order", unit: "ms" },
  { figure: "databaseMs", heading: "database CPU per order", unit: "ms" },
  { figure: "workerMs", heading: "worker CPU per order", unit: "ms" },
]

type Load = { shop: Shop; callers: number; keyed: boolean }

export const httpSuite: Suite = {
  title: "Orders through HTTP: 5 lines on the same 5 products",
  columns: COLUMNS,
  async open({ io, quick, opened }) {
    const start = async (shopEnv: Record<string, string>) => opened.use(await startShop({ io, shopEnv }))
    const batched = await start({})
    const conditional = await start({ ORDER_STRATEGY: "conditional" })
    const small = await start({ MAX_QUEUED_ORDERS: String(ADMITTED) })
    const bare = opened.use(await startBareExpress(io.interrupted))
    const timing = quick ? { warmUpMs: 1_000, measureMs: 2_500 } : { warmUpMs: 2_000, measureMs: 6_000 }
    const measured = { timing, signal: io.interrupted }
    const compare = createComparison()

    const variant = (name: string, load: Load): Variant => ({
      name: `${name}, ${load.callers} callers`,
      measure: async () => compare(load, await measureOrders({ ...load, ...measured })),
    })
    const variants = [
      ...CALLERS.flatMap((callers) => [
        {
          name: `bare Express, ${callers} callers`,
          measure: async () =>
            compare({ callers }, await measureBare({ url: bare.url, callers, ...measured })),
        },
        variant("with a key each", { shop: batched, callers, keyed: true }),
        variant("without keys", { shop: batched, callers, keyed: false }),
      ]),
      variant("conditional, without keys", { shop: conditional, callers: 300, keyed: false }),
      {
        name: `with a key each, ${ADMITTED} orders admitted, ${OVERLOAD} callers`,
        measure: async () => {
          const load = { shop: small, callers: OVERLOAD, keyed: true }
          // They connect and are rejected for the first time before it counts.
          const overload = { ...timing, warmUpMs: 3 * timing.warmUpMs }
          return compare(load, await measureOrders({ ...load, ...measured, timing: overload }))
        },
      },
    ]
    return { variants, versions: { PostgreSQL: await batched.version() } }
  },
}

/** Compares with what the same round measured before: the bare server with as many callers, and the headline. */
function createComparison() {
  const bareRates = new Map<number, number>()
  let peak = 0
  return (
    { shop, callers }: { shop?: Shop; callers: number },
    figures: Figures & { rate: number },
  ): Figures => {
    const { rate } = figures
    if (!shop) {
      if (callers === CALLERS[0]) peak = 0
      bareRates.set(callers, rate)
      return figures
    }
    if (peak === 0) peak = rate
    const bareRate = bareRates.get(callers)
    return { ...figures, ofBare: bareRate === undefined ? null : rate / bareRate, ofPeak: rate / peak }
  }
}
