import assert from "node:assert/strict"

import { startShop } from "../environment/shop.ts"
import type { Shop } from "../environment/shop.ts"
import { measureOrders } from "./order-load.ts"
import type { Suite } from "./suite.ts"

type Choice = { name: string; shopEnv?: Record<string, string>; databaseSettings?: Record<string, string> }

/** The first is what the others are compared with: as the shop is shipped. */
const CHOICES: readonly Choice[] = [
  { name: "as shipped: pools of 4 and 6, 128 MB of shared_buffers" },
  { name: "pools of 10", shopEnv: { DB_WRITE_POOL: "10", DB_READ_POOL: "10" } },
  { name: "pools of 50", shopEnv: { DB_WRITE_POOL: "45", DB_READ_POOL: "45" } },
  { name: "shared_buffers = 512MB", databaseSettings: { shared_buffers: "512MB" } },
  { name: "commit_delay = 1000", databaseSettings: { commit_delay: "1000" } },
  { name: "max_semi_space_size = 32 MB", shopEnv: { NODE_OPTIONS: "--max-semi-space-size=32" } },
]
const CALLERS = [300, 50]

export const settingsSuite: Suite = {
  title: "What settings change: orders with a key each",
  columns: [
    { figure: "rate", heading: "committed", unit: "rate" },
    { figure: "ofShipped", heading: "of as shipped", unit: "share", interval: true },
    { figure: "p50", heading: "p50", unit: "ms" },
    { figure: "p95", heading: "p95", unit: "ms" },
    { figure: "failed", heading: "failed", unit: "count" },
    { figure: "apiMs", heading: "API CPU per order", unit: "ms" },
    { figure: "databaseMs", heading: "database CPU per order", unit: "ms" },
  ],
  async open({ io, quick, opened }) {
    const shops: { name: string; shop: Shop }[] = []
    for (const { name, shopEnv = {}, databaseSettings = {} } of CHOICES) {
      shops.push({ name, shop: opened.use(await startShop({ io, shopEnv, databaseSettings })) })
    }
    const timing = quick ? { warmUpMs: 1_000, measureMs: 2_500 } : { warmUpMs: 1_500, measureMs: 3_500 }
    const shipped = new Map<number, number>()

    const variants = CALLERS.flatMap((callers) =>
      shops.map(({ name, shop }, at) => ({
        name: `${name}, ${callers} callers`,
        async measure() {
          const figures = await measureOrders({ shop, callers, keyed: true, timing, signal: io.interrupted })
          if (at === 0) shipped.set(callers, figures.rate)
          const base = shipped.get(callers)
          assert(base !== undefined, "a round measures the settings that are shipped first")
          return { ...figures, ofShipped: figures.rate / base }
        },
      })),
    )
    return { variants, versions: { PostgreSQL: await shops[0]!.shop.version() } }
  },
}
