import { beginReport } from "../report/envelope.ts"
import process from "node:process"

import type { Io } from "@saleproof/command/io.ts"

import { startShop } from "../environment/shop.ts"
import { COUPON_HOLDERS, PRODUCTS } from "./history.ts"
import { measureSize } from "./measure.ts"
import { FIGURES } from "./model.ts"
import type { GrownReport, SizeReport } from "./model.ts"
import { startRedis } from "./redis.ts"

export type GrownOptions = { io: Io; quick: boolean; orders: readonly number[] }

const TIMING = { warmUpMs: 2_000, measureMs: 8_000 }
const QUICK = { warmUpMs: 1_000, measureMs: 2_000 }
const IDLE_MS = 20_000
const QUICK_IDLE_MS = 5_000

/** Measures the shop beside a history of each size, each on a new stack. */
export async function runGrown({ io, quick, orders }: GrownOptions): Promise<GrownReport> {
  const finish = beginReport({ io, quick, args: `grown --orders ${orders.join(",")}` })
  const sizes: SizeReport[] = []
  let versions: Record<string, string> = {}
  for (const count of orders) {
    if (io.interrupted.aborted) break
    const size: SizeReport = { orders: count, measured: {} }
    sizes.push(size)
    try {
      versions = await measureOne({ io, quick, size })
    } catch (error) {
      // What was measured until then took long, and is worth keeping.
      size.error = io.interrupted.aborted ? "interrupted" : String(error)
      io.stderr(`[${count.toLocaleString("en")} orders] ended early: ${size.error}\n`)
    }
  }
  return {
    schema: "saleproof.grown/1",
    ...(await finish(sizes.length === orders.length && sizes.every(({ error }) => error === undefined))),
    versions,
    catalogue: { products: PRODUCTS, couponHolders: COUPON_HOLDERS },
    figures: FIGURES,
    sizes,
  }
}

type One = { io: Io; quick: boolean; size: SizeReport }

async function measureOne({ io, quick, size }: One): Promise<Record<string, string>> {
  const log = (text: string) => io.stderr(`[${size.orders.toLocaleString("en")} orders] ${text}\n`)
  log("Starting the stack")
  await using redis = await startRedis(io)
  await using shop = await startShop({
    io,
    services: ["postgres", "api", "worker"],
    shopEnv: { REDIS_URL: redis.url },
  })
  await measureSize({
    shop,
    redis,
    orders: size.orders,
    timing: quick ? QUICK : TIMING,
    idleMs: quick ? QUICK_IDLE_MS : IDLE_MS,
    log,
    signal: io.interrupted,
    onMeasured(measured) {
      Object.assign(size.measured, measured)
      for (const [name, value] of Object.entries(measured)) log(`${name}: ${value}`)
    },
  })
  return { Node: process.version, PostgreSQL: await shop.version() }
}
