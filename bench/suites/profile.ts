import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"

import type { Io } from "@saleproof/command/io.ts"
import type { Column, Figures } from "../report/model.ts"
import { CpuProfile, PARTS, sharesOf } from "../report/profile.ts"
import { startShop } from "../environment/shop.ts"
import type { Shop } from "../environment/shop.ts"
import { measureClaims } from "./coupons.ts"
import { measureOrders } from "./order-load.ts"
import type { Timing } from "./order-load.ts"
import type { Suite } from "./suite.ts"

const HOOK = pathToFileURL(join(import.meta.dirname, "../environment/profile-hook.ts")).href

type Load = { name: string; put: (shop: Shop, timing: Timing, signal: AbortSignal) => Promise<Figures> }

const LOADS: Load[] = [
  ...[50, 300, 3_000].map((callers) => ({
    name: `orders, ${callers} callers`,
    put: (shop: Shop, timing: Timing, signal: AbortSignal) =>
      measureOrders({ shop, callers, timing, signal }),
  })),
  {
    name: "claims, 300 callers",
    put: (shop, timing, signal) => measureClaims({ shop, callers: 300, timing, signal }),
  },
]

export const profileSuite: Suite = {
  title: "Where the API spends its time",
  columns: [
    { figure: "apiMs", heading: "API CPU per operation, profiled", unit: "ms" },
    ...Object.entries(PARTS).map(([figure, heading]): Column => ({ figure, heading, unit: "share" })),
  ],
  async open({ io, quick }) {
    const timing = quick ? { warmUpMs: 1_000, measureMs: 2_000 } : { warmUpMs: 2_000, measureMs: 8_000 }
    const variants = LOADS.map(({ name, put }) => ({
      name,
      measure: () => profiled(io, (shop) => put(shop, timing, io.interrupted)),
    }))
    return { variants, versions: { Node: process.version }, [Symbol.asyncDispose]: async () => undefined }
  },
}

/** Loads a shop of its own, whose API writes its profile when it ends: start and warm-up are in it as well. */
async function profiled(io: Io, load: (shop: Shop) => Promise<Figures>): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-profile-"))
  try {
    const file = join(folder, "api.cpuprofile")
    const { apiMs = null } = await loaded({ io, file, load })
    const profile = CpuProfile.parse(JSON.parse(await readFile(file, "utf8")))
    return { apiMs, ...sharesOf(profile) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Profiled = { io: Io; file: string; load: (shop: Shop) => Promise<Figures> }

async function loaded({ io, file, load }: Profiled): Promise<Figures> {
  await using shop = await startShop({
    io,
    shopEnv: { BENCH_PROFILE: file, NODE_OPTIONS: `--import ${HOOK}` },
  })
  return await load(shop)
}
