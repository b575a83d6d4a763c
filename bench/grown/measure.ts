import { setTimeout as sleep } from "node:timers/promises"

import type { Goods, Shop } from "../environment/shop.ts"
import { measureAudits, measureFullAudit, measureOpenAudit, untilSealed } from "./audits.ts"
import { makeHistory } from "./history.ts"
import { driveLoad, orderRequests, pageRequests, realtimeRequests, topRequests } from "./loads.ts"
import type { Requests, Timing } from "../load/model.ts"
import { chargeRequests, claimRequests } from "../load/requests.ts"
import type { Measured } from "./model.ts"
import { measureRecovery } from "./recovery.ts"
import type { RedisProcess } from "./redis.ts"
import { ask } from "./requests.ts"
import { idleCpu, watchMemory } from "./worker.ts"

const USERS = 300
const MEGABYTE = 1_000_000
/** What a worker threw away while it sealed is collected by then. */
const SETTLES_WITHIN_MS = 10_000

export type SizeOptions = {
  shop: Shop
  redis: RedisProcess
  orders: number
  timing: Timing
  idleMs: number
  log: (text: string) => void
  signal: AbortSignal
  /** Called with every group of figures as soon as there is one. */
  onMeasured: (measured: Measured) => void
}

/** Makes one history and measures the shop beside it. */
export async function measureSize(options: SizeOptions): Promise<void> {
  const { shop, redis, orders, log, onMeasured, signal } = options
  const goods = await shop.seed({ users: USERS })
  const memoryBefore = watchMemory(shop.workerMetricsUrl)
  const madeAt = performance.now()
  await makeHistory({
    database: shop.database,
    orders,
    signal,
    onProgress: (done) =>
      log(`${done.toLocaleString("en")} of ${orders.toLocaleString("en")} orders are written`),
  })
  onMeasured({
    madeS: (performance.now() - madeAt) / 1_000,
    databaseMb: (await shop.number("SELECT pg_database_size(current_database()) AS n")) / MEGABYTE,
  })
  await measureSealing(options, goods)
  // A worker whose metrics are read twice per second is not idle.
  const sealingMb = await memoryBefore.maxMb()
  log("Idle")
  await sleep(SETTLES_WITHIN_MS)
  onMeasured({ idleWorkerCpu: await idleCpu(shop.workerMetricsUrl, options.idleMs) })
  const memory = watchMemory(shop.workerMetricsUrl)
  await measureLoads(options, goods)
  log("Auditing")
  onMeasured(await measureAudits(shop))
  log("Redis loses everything, and is killed")
  const soldOutPolicy = await addSoldOutPolicy(shop)
  onMeasured(await measureRecovery({ url: shop.url, redis, goods, soldOutPolicy }))
  onMeasured({ workerMb: Math.max(sealingMb, await memory.maxMb()) })
  log("Counting everything again")
  onMeasured(await measureFullAudit(shop, log))
  const init = await ask(`${shop.url}/init`, { method: "POST", body: {} })
  if (init.status !== 200) throw new Error(`/init answered ${init.status}: ${JSON.stringify(init.body)}`)
  onMeasured({ initMs: init.ms })
}

/** The audit before anything is sealed, orders while the worker seals, and how long sealing takes. */
async function measureSealing(options: SizeOptions, goods: Goods): Promise<void> {
  const { shop, orders, log, onMeasured } = options
  const since = performance.now()
  log("Auditing before anything is sealed")
  onMeasured(await measureOpenAudit(shop))
  if (orders > 0) {
    const { rate, p95 } = await load(options, USERS, orderRequests(goods))
    onMeasured({ ordersWhileSealing: rate, ordersWhileSealingP95: p95 })
  }
  log("Waiting until everything is sealed")
  onMeasured({ sealedS: await untilSealed(shop, since) })
}

/** Each load by the name of its figure. */
async function measureLoads(options: SizeOptions, goods: Goods): Promise<void> {
  const { shop, orders, log, onMeasured } = options
  const firstUser = await shop.number("SELECT min(id) AS n FROM users WHERE name = 'h1'")
  let failed = 0
  const run = async (name: string, callers: number, requests: Requests) => {
    log(`Load: ${name}`)
    const figures = await load(options, callers, requests)
    failed += figures.failed
    return figures
  }
  for (const [name, callers, requests] of [
    ["orders", USERS, orderRequests(goods)],
    ["charges", USERS, chargeRequests(goods)],
    ["claims", USERS, claimRequests(goods)],
    ["top", 100, topRequests],
    ["realtime", 100, realtimeRequests],
  ] as const) {
    const { rate, p95 } = await run(name, callers, requests)
    onMeasured({ [name]: rate, [`${name}P95`]: p95 })
  }
  const [beside] = await Promise.all([
    run("topBesideOrders", 100, topRequests),
    run("orders beside top", 30, orderRequests(goods)),
  ])
  onMeasured({ topBesideOrders: beside.rate, topBesideOrdersP95: beside.p95 })
  if (orders > 0) {
    for (const [name, path] of [
      ["orderPages", "orders"],
      ["ledgerPages", "balance/history"],
    ] as const) {
      const { p95 } = await run(name, 50, pageRequests(firstUser, path))
      onMeasured({ [`${name}P95`]: p95 })
    }
  }
  onMeasured({ failed })
}

const load = ({ shop, timing, signal }: SizeOptions, callers: number, requests: Requests) =>
  driveLoad({ url: shop.url, callers, timing, requests, signal })

const addSoldOutPolicy = ({ number }: Shop) =>
  number(
    `INSERT INTO coupon_policies (total, discount_amount, expire_days, starts_at, ends_at)
     VALUES (0, 0, 1, now() - interval '1 day', now() + interval '1 day') RETURNING id AS n`,
  )
