import type { Envelope } from "../report/envelope.ts"

/** What was measured beside one history, by the name of the figure; null where it could not be. */
export type Measured = Record<string, number | null>

/** `error` is what ended the measurement of a size early. */
export type SizeReport = { orders: number; measured: Measured; error?: string }

/** What `docs/results/grown.json` holds. */
export type GrownReport = Envelope & {
  schema: "saleproof.grown/1"
  versions: Record<string, string>
  catalogue: { products: number; couponHolders: number }
  figures: readonly Figure[]
  sizes: SizeReport[]
}

export type Unit = "count" | "rate" | "ms" | "s" | "MB" | "share"

export type Figure = {
  figure: string
  heading: string
  unit: Unit
  /** What the value must not exceed; of a size from `from` orders on. */
  atMost?: number
}

export const FIGURES: readonly Figure[] = [
  { figure: "madeS", heading: "the history was made in", unit: "s" },
  { figure: "databaseMb", heading: "size of the database", unit: "MB" },
  { figure: "auditOpenMs", heading: "`/audit`, nothing sealed", unit: "ms" },
  { figure: "auditOpenStatus", heading: "… its status (503 says how far sealing is)", unit: "count" },
  { figure: "ordersWhileSealing", heading: "orders while segments are sealed, 300 callers", unit: "rate" },
  { figure: "ordersWhileSealingP95", heading: "… p95", unit: "ms" },
  { figure: "sealedS", heading: "everything sealed after", unit: "s" },
  { figure: "idleWorkerCpu", heading: "idle worker, of a core", unit: "share", atMost: 0.03 },
  { figure: "orders", heading: "orders, 300 callers, 5 lines of 10,000 products", unit: "rate" },
  { figure: "ordersP95", heading: "… p95", unit: "ms" },
  { figure: "charges", heading: "charges, 300 callers", unit: "rate" },
  { figure: "chargesP95", heading: "… p95", unit: "ms" },
  { figure: "claims", heading: "claims, 300 callers", unit: "rate" },
  { figure: "claimsP95", heading: "… p95", unit: "ms" },
  { figure: "top", heading: "`/products/top`, 100 callers without pause", unit: "rate" },
  { figure: "topP95", heading: "… p95", unit: "ms", atMost: 50 },
  { figure: "topBesideOrders", heading: "… beside 30 callers who order", unit: "rate" },
  { figure: "topBesideOrdersP95", heading: "… p95", unit: "ms", atMost: 50 },
  { figure: "realtime", heading: "`/products/top/realtime`, 100 callers without pause", unit: "rate" },
  { figure: "realtimeP95", heading: "… p95", unit: "ms" },
  { figure: "orderPagesP95", heading: "a user's orders, 50 callers, p95", unit: "ms" },
  { figure: "ledgerPagesP95", heading: "a user's ledger, 50 callers, p95", unit: "ms" },
  { figure: "failed", heading: "requests that failed in all of these", unit: "count", atMost: 0 },
  { figure: "auditMs", heading: "`/audit`, sealed, the slowest of 3", unit: "ms", atMost: 10_000 },
  { figure: "violations", heading: "… violations that it found", unit: "count", atMost: 0 },
  { figure: "flushRefusalsMs", heading: "FLUSHALL: fast refusals after", unit: "ms", atMost: 3_000 },
  { figure: "flushRankingMs", heading: "FLUSHALL: realtime ranking right after", unit: "ms", atMost: 10_000 },
  { figure: "claimsWithoutRedis", heading: "claims refused while Redis was down", unit: "count", atMost: 0 },
  {
    figure: "killRefusalsMs",
    heading: "Redis killed and back: fast refusals after",
    unit: "ms",
    atMost: 3_000,
  },
  {
    figure: "killRankingMs",
    heading: "Redis killed and back: ranking right after",
    unit: "ms",
    atMost: 10_000,
  },
  { figure: "workerMb", heading: "memory of the worker, at most", unit: "MB", atMost: 400 },
  { figure: "auditFullS", heading: "`/audit?full=1`", unit: "s" },
  { figure: "violationsFull", heading: "… violations that it found", unit: "count", atMost: 0 },
  { figure: "initMs", heading: "`/init`, which empties all of it", unit: "ms" },
]
