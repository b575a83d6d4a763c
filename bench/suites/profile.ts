import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { pathToFileURL } from "node:url"

import type { Io } from "@saleproof/command/io.ts"
import type { Column, Figures } from "../report/model.ts"
import { CpuProfile, PARTS, sharesOf } from "../report/profile.ts"
import { startShop } from "../environment/shop.ts"
import type { Shop } from "../environment/shop.ts"
import { measureClaims } from "./coupons.ts"
import { measureOrders } from "./order-load.ts"
import type { Timing } from "../load/model.ts"
import type { Window } from "./measure.ts"
import type { Suite } from "./suite.ts"

const LOOK_EVERY_MS = 50
const HOOK = pathToFileURL(join(import.meta.dirname, "../environment/profile-hook.ts")).href

type Loading = { shop: Shop; timing: Timing; signal: AbortSignal; window: Window }
type Load = { name: string; put: (loading: Loading) => Promise<Figures> }

const orders = (callers: number, keyed: boolean): Load => ({
  name: `orders ${keyed ? "with a key each" : "without keys"}, ${callers} callers`,
  put: (loading) => measureOrders({ ...loading, callers, keyed }),
})

const LOADS: Load[] = [
  orders(50, true),
  orders(300, true),
  orders(300, false),
  orders(3_000, true),
  { name: "claims, 300 callers", put: (loading) => measureClaims({ ...loading, callers: 300 }) },
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
      measure: () => profiled(io, (shop, window) => put({ shop, window, timing, signal: io.interrupted })),
    }))
    return { variants }
  },
}

type Loaded = (shop: Shop, window: Window) => Promise<Figures>

/** Loads a shop of its own, whose API is profiled while it is measured: neither its start nor the warm-up counts. */
async function profiled(io: Io, load: Loaded): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-profile-"))
  try {
    const file = join(folder, "api.cpuprofile")
    await using shop = await startShop({
      io,
      shopEnv: { BENCH_PROFILE: file, NODE_OPTIONS: `--import ${HOOK}` },
    })
    const pid = Number(await readFile(`${file}.pid`, "utf8"))
    const { apiMs = null } = await load(shop, {
      begin: async () => void process.kill(pid, "SIGUSR2"),
      end: async () => void process.kill(pid, "SIGUSR2"),
    })
    const profile = CpuProfile.parse(JSON.parse(await written(file)))
    return { apiMs, ...sharesOf(profile) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A file's text once all of it was written. */
async function written(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "")
  if (text.endsWith("}")) return text
  await sleep(LOOK_EVERY_MS)
  return written(file)
}
