import { Gauge, Histogram } from "prom-client"
import type { Metrics } from "./metrics.ts"
import type { PoolObserver, PoolState } from "./pool.ts"

type PoolName = "read" | "write" | "ranking" | "audit"

// Most callers find a connection at once.
const SECONDS = [0.0001, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2.5]

/** The metrics of a process's connection pools; each pool gets its observer by its name. */
export function createPoolMetrics({ registry }: Pick<Metrics, "registry">) {
  const pools = new Map<PoolName, PoolState>()
  const registers = [registry]
  const gauge = (name: string, help: string, read: (pool: PoolState) => number) => {
    const shown = new Gauge({
      name,
      help,
      labelNames: ["pool"],
      registers,
      collect: () => pools.forEach((pool, label) => shown.labels(label).set(read(pool))),
    })
  }
  gauge("saleproof_db_pool_connections", "Open connections", ({ totalCount }) => totalCount)
  gauge("saleproof_db_pool_busy", "Connections in use", (pool) => pool.totalCount - pool.idleCount)
  gauge("saleproof_db_pool_waiting", "Callers that wait for a connection", ({ waitingCount }) => waitingCount)
  const largest = new Gauge({
    name: "saleproof_db_pool_max",
    help: "Connections that a pool opens at most",
    labelNames: ["pool"],
    registers,
  })
  const acquireSeconds = new Histogram({
    name: "saleproof_db_pool_acquire_seconds",
    help: "How long a caller waited for a connection, whether or not one came free in time",
    labelNames: ["pool"],
    buckets: SECONDS,
    registers,
  })

  return (name: PoolName, max: number): PoolObserver => {
    largest.labels(name).set(max)
    acquireSeconds.zero({ pool: name })
    const waits = acquireSeconds.labels(name)
    return {
      opened: (pool) => pools.set(name, pool),
      acquired: (waitedMs) => waits.observe(waitedMs / 1_000),
    }
  }
}
