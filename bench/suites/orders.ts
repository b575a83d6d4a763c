import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import process from "node:process"

import { startStack } from "@saleproof/loadctl/stack/start.ts"
import { z } from "zod"

import type { Figures } from "../report/model.ts"
import type { Suite } from "./suite.ts"

const CALLERS = 300
/** Ten times the callers that a batch and its line need, with a line too short for them. */
const OVERLOAD = { callers: 10 * CALLERS, maxQueued: CALLERS }

/** What the process that places the orders is told. */
export const PathPlan = z.object({
  databaseUrl: z.string(),
  redisUrl: z.string(),
  strategy: z.enum(["batched", "conditional", "multilock_wide", "multilock_narrow"]),
  callers: z.int(),
  maxQueued: z.int(),
  warmUpMs: z.number(),
  measureMs: z.number(),
})
export type PathPlan = z.infer<typeof PathPlan>

const Measured = z.record(z.string(), z.number().nullable())

const VARIANTS: { name: string; plan: Pick<PathPlan, "strategy" | "callers" | "maxQueued"> }[] = [
  { name: "batched", plan: { strategy: "batched", callers: CALLERS, maxQueued: CALLERS } },
  { name: "batched, ten times the callers", plan: { strategy: "batched", ...OVERLOAD } },
  { name: "conditional", plan: { strategy: "conditional", callers: CALLERS, maxQueued: CALLERS } },
  { name: "multilock_narrow", plan: { strategy: "multilock_narrow", callers: CALLERS, maxQueued: CALLERS } },
  { name: "multilock_wide", plan: { strategy: "multilock_wide", callers: CALLERS, maxQueued: CALLERS } },
]

export const ordersSuite: Suite = {
  title: "The order path alone, without HTTP: 300 callers, 5 lines on the same 5 products",
  columns: [
    { figure: "rate", heading: "committed", unit: "rate" },
    { figure: "p50", heading: "p50", unit: "ms" },
    { figure: "p95", heading: "p95", unit: "ms" },
    { figure: "batch", heading: "orders a batch", unit: "count" },
    { figure: "refused", heading: "refused", unit: "count" },
    { figure: "nodeMs", heading: "Node CPU an order", unit: "ms" },
    { figure: "databaseMs", heading: "database CPU an order", unit: "ms" },
  ],
  async open({ io, quick }) {
    const stack = await startStack({
      env: io.env,
      services: ["postgres", "redis"],
      migrate: true,
      signal: io.interrupted,
    })
    const timing = quick ? { warmUpMs: 1_000, measureMs: 2_500 } : { warmUpMs: 2_000, measureMs: 8_000 }
    const { databaseUrl, redisUrl } = stack.urls
    const variants = VARIANTS.map(({ name, plan }) => ({
      name,
      measure: () => measurePath({ databaseUrl, redisUrl, ...plan, ...timing }, io.interrupted),
    }))
    return { variants, versions: { Node: process.version }, [Symbol.asyncDispose]: stack.stop }
  },
}

async function measurePath(plan: PathPlan, signal: AbortSignal): Promise<Figures> {
  const child = fork(join(import.meta.dirname, "order-path-process.ts"), { signal, killSignal: "SIGKILL" })
  const ended = once(child, "exit")
  child.send(plan)
  const [message] = await Promise.race([
    once(child, "message"),
    ended.then(([code]) => Promise.reject(new Error(`The order path ended with ${String(code)}`))),
  ])
  const figures = Measured.parse(message)
  await ended
  return figures
}
