import { z } from "zod"

/** The part of Chrome's .cpuprofile format that is needed here; times in microseconds. */
export const CpuProfile = z.object({
  nodes: z.array(
    z.object({ id: z.int(), callFrame: z.object({ functionName: z.string(), url: z.string() }) }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
})
export type CpuProfile = z.infer<typeof CpuProfile>
type CallFrame = CpuProfile["nodes"][number]["callFrame"]

/** Where a process spends its time, by whose code runs. */
export const PARTS = {
  writes: "writing to sockets",
  prisma: "Prisma",
  pg: "pg",
  express: "Express, its parsers, helmet",
  node: "Node's HTTP, streams, timers",
  redis: "ioredis, BullMQ",
  watching: "metrics and log",
  zod: "zod",
  shop: "the shop itself",
  collector: "garbage collector",
  rest: "the rest",
} as const
export type Part = keyof typeof PARTS

const PACKAGES: [Part, RegExp][] = [
  ["prisma", /^@prisma\//],
  ["pg", /^pg(-|$)/],
  ["redis", /^(ioredis|bullmq|redis-)/],
  ["watching", /^(prom-client|pino|thread-stream|sonic-boom|fast-redact)/],
  ["zod", /^zod$/],
  ["express", /./],
]

/** The share of each part in the time that was not idle; null for a profile without any. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): Record<string, number> | null {
  const parts = new Map(
    nodes.map(({ id, callFrame }) => [id, isWork(callFrame) ? partOf(callFrame) : undefined]),
  )
  const spent = new Map<string, number>()
  for (const [at, id] of samples.entries()) {
    const part = parts.get(id)
    // Samples of several threads may be noted out of order.
    if (part) spent.set(part, (spent.get(part) ?? 0) + Math.max(0, timeDeltas[at]!))
  }
  const total = [...spent.values()].reduce((sum, time) => sum + time, 0)
  if (total === 0) return null
  return Object.fromEntries(Object.keys(PARTS).map((part) => [part, (spent.get(part) ?? 0) / total]))
}

/** Neither idle nor starting and stopping the profiler. */
const isWork = ({ functionName, url }: CallFrame) => functionName !== "(idle)" && url !== "node:inspector"

/** Whose code a frame is. */
function partOf({ functionName, url }: CallFrame): Part | undefined {
  if (functionName === "(garbage collector)") return "collector"
  if (/^write(v|Utf8String|Latin1String|AsciiString|Buffer|String)$/.test(functionName) && url === "")
    return "writes"
  if (url.startsWith("node:")) return "node"
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (name !== undefined) return PACKAGES.find(([, pattern]) => pattern.test(name))?.[0]
  return url.includes("/apps/api/src/") ? "shop" : "rest"
}
