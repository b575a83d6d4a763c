import { startApi } from "../environment/api-process.ts"
import { cpuSeconds } from "../environment/metrics.ts"
import { startShop } from "../environment/shop.ts"
import type { Figures } from "../report/model.ts"
import { measureOrders } from "./order-load.ts"
import type { Suite } from "./suite.ts"

const PROCESSES = [1, 2, 3, 4]
const CALLERS = 300

export const processesSuite: Suite = {
  title: "Orders with a key each, 300 callers, from several API processes on one database",
  columns: [
    { figure: "rate", heading: "committed", unit: "rate" },
    { figure: "ofOne", heading: "of one process", unit: "share", interval: true },
    { figure: "p50", heading: "p50", unit: "ms" },
    { figure: "p95", heading: "p95", unit: "ms" },
    { figure: "failed", heading: "failed", unit: "count" },
    { figure: "allApisMs", heading: "CPU of the APIs per order", unit: "ms" },
    { figure: "databaseMs", heading: "database CPU per order", unit: "ms" },
  ],
  async open({ io, quick, opened }) {
    const shop = opened.use(await startShop({ io, shopEnv: {} }))
    const more: string[] = []
    for (let at = 1; at < Math.max(...PROCESSES); at++) more.push(opened.use(await startApi(io, shop)).url)
    const timing = quick ? { warmUpMs: 1_000, measureMs: 2_500 } : { warmUpMs: 2_000, measureMs: 6_000 }
    const cpuOf = async (urls: string[]) =>
      (await Promise.all(urls.map((url) => cpuSeconds(`${url}/metrics`)))).reduce((sum, one) => sum + one, 0)
    let ofOne = 0

    async function measure(processes: number): Promise<Figures> {
      const moreUrls = more.slice(0, processes - 1)
      const spent = { before: 0, after: 0 }
      const window = {
        begin: async () => void (spent.before = await cpuOf([shop.url, ...moreUrls])),
        end: async () => void (spent.after = await cpuOf([shop.url, ...moreUrls])),
      }
      const load = { shop, callers: CALLERS, moreUrls, keyed: true, timing, window }
      const figures = await measureOrders({ ...load, signal: io.interrupted })
      const { rate, committed } = figures
      if (processes === 1) ofOne = rate
      return {
        ...figures,
        ofOne: rate / ofOne,
        allApisMs: (1_000 * (spent.after - spent.before)) / committed,
      }
    }

    const variants = PROCESSES.map((processes) => ({
      name: processes === 1 ? "1 process" : `${processes} processes`,
      measure: () => measure(processes),
    }))
    return { variants, versions: { PostgreSQL: await shop.version() } }
  },
}
