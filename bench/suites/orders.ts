import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

import { startStack } from "@saleproof/stack/start.ts"
import { z } from "zod"

import type { Figures } from "../report/model.ts"
import type { Suite } from "./suite.ts"

/** The input of the process that places the orders. */
export const PathPlan = z.object({
  databaseUrl: z.string(),
  redisUrl: z.string(),
  strategy: z.enum(["batched", "conditional", "multilock_wide", "multilock_narrow"]),
  /** Transactions at a time, and connections. */
  writers: z.int(),
  /** Something that the shop's schema leaves out, for measuring what it would cost. */
  extra: z.enum(["foreign_keys", "event_an_order"]).nullable(),
  callers: z.int(),
  maxQueued: z.int(),
  warmUpMs: z.number(),
  measureMs: z.number(),
})
export type PathPlan = z.infer<typeof PathPlan>

const Measured = z.record(z.string(), z.number().nullable())

type Choice = { name: string } & Partial<
  Omit<PathPlan, "databaseUrl" | "redisUrl" | "warmUpMs" | "measureMs">
>

const CALLERS = 300
const STANDARD = {
  strategy: "batched",
  callers: CALLERS,
  maxQueued: CALLERS,
  writers: 3,
  extra: null,
} as const

export const ordersSuite = createPathSuite(
  "The order path alone, without HTTP: 300 callers, 5 lines on the same 5 products",
  [
    { name: "batched" },
    // The queue stays full: every rejected caller retries.
    { name: "batched, ten times the callers", callers: 10 * CALLERS },
    { name: "conditional", strategy: "conditional" },
    { name: "multilock_narrow", strategy: "multilock_narrow" },
    { name: "multilock_wide", strategy: "multilock_wide" },
  ],
)

export const designSuite = createPathSuite("What the order path would cost if it were made otherwise", [
  { name: "batched, as it is" },
  { name: "batched, foreign keys on the hot tables", extra: "foreign_keys" },
  { name: "batched, one outbox event per order", extra: "event_an_order" },
  { name: "conditional, 3 writers", strategy: "conditional" },
  { name: "conditional, 20 writers", strategy: "conditional", writers: 20 },
])

function createPathSuite(title: string, choices: Choice[]): Suite {
  return {
    title,
    columns: [
      { figure: "rate", heading: "committed", unit: "rate" },
      { figure: "p50", heading: "p50", unit: "ms" },
      { figure: "p95", heading: "p95", unit: "ms" },
      { figure: "batch", heading: "orders per batch", unit: "count" },
      { figure: "refused", heading: "refused", unit: "count" },
      { figure: "nodeMs", heading: "Node CPU per order", unit: "ms" },
      { figure: "databaseMs", heading: "database CPU per order", unit: "ms" },
    ],
    async open({ io, quick, opened }) {
      const services = ["postgres", "redis"] as const
      const { urls } = opened.use(
        await startStack({ env: io.env, services, migrate: true, signal: io.interrupted }),
      )
      const timing = quick ? { warmUpMs: 1_000, measureMs: 2_500 } : { warmUpMs: 1_500, measureMs: 5_000 }
      const { databaseUrl, redisUrl } = urls
      const variants = choices.map(({ name, ...choice }) => ({
        name,
        measure: () =>
          measurePath({ databaseUrl, redisUrl, ...STANDARD, ...choice, ...timing }, io.interrupted),
      }))
      return { variants }
    },
  }
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
  // Hundreds of orders are still queued; their outcome is not measured.
  child.kill("SIGKILL")
  await ended
  return figures
}
