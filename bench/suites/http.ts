import type { Column, Figures } from "../report/model.ts"
import { startShop } from "../environment/shop.ts"
import type { Shop } from "../environment/shop.ts"
import { measureOrders } from "./order-load.ts"
import type { Suite, Variant } from "./suite.ts"
import { versionsOf } from "./versions.ts"

const CALLERS = 300
const SWEEP = [50, 100, 300, 1_000, 2_000]
const OVERLOAD = 10

const COLUMNS: Column[] = [
  { figure: "rate", heading: "committed", unit: "rate" },
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

export const httpSuite: Suite = {
  title: "Orders through HTTP: 5 lines on the same 5 products",
  columns: COLUMNS,
  async open({ io, quick }) {
    await using opened = new AsyncDisposableStack()
    const start = async (shopEnv: Record<string, string>) => opened.use(await startShop({ io, shopEnv }))
    const batched = await start({})
    const conditional = await start({ ORDER_STRATEGY: "conditional" })
    const timing = quick ? { warmUpMs: 1_000, measureMs: 2_500 } : { warmUpMs: 3_000, measureMs: 8_000 }
    // Of the round under way, whose first variant is what the others are compared with.
    let peak = 0

    const variant = (name: string, shop: Shop, callers: number): Variant => ({
      name,
      async measure(): Promise<Figures> {
        const figures = await measureOrders({ shop, callers, timing, signal: io.interrupted })
        if (shop === batched && callers === CALLERS) peak = figures["rate"] ?? 0
        return { ...figures, ofPeak: peak === 0 ? null : (figures["rate"] ?? 0) / peak }
      },
    })

    const sweep = (quick ? [50, 2_000] : SWEEP).filter((callers) => callers !== CALLERS)
    const variants = [
      variant(`batched, ${CALLERS} callers`, batched, CALLERS),
      variant(`conditional, ${CALLERS} callers`, conditional, CALLERS),
      ...sweep.map((callers) => variant(`batched, ${callers} callers`, batched, callers)),
      variant(`batched, ${OVERLOAD * CALLERS} callers`, batched, OVERLOAD * CALLERS),
    ]
    const versions = await versionsOf(batched)
    const resources = opened.move()
    return { variants, versions, [Symbol.asyncDispose]: () => resources.disposeAsync() }
  },
}
