import { total } from "./exposition.ts"
import type { Scrape } from "./exposition.ts"
import type { HealthSample, Signal } from "./model.ts"

export type Scraped = { before: Scrape | null; after: Scrape | null; seconds: number }

type Read = (scraped: Scraped) => number | undefined

const gauge =
  (name: string, factor = 1): Read =>
  ({ after }) => {
    const value = total(after, name)
    return value === undefined ? undefined : value * factor
  }

/** How fast a counter grew, per second. */
const rate =
  (name: string): Read =>
  ({ before, after, seconds }) => {
    const growth = growthOf(name, before, after)
    return growth === undefined ? undefined : growth / seconds
  }

/** The mean of what a histogram observed between the two scrapes; undefined when that was nothing. */
const mean =
  (name: string, factor = 1): Read =>
  ({ before, after }) => {
    const [sum, count] = [growthOf(`${name}_sum`, before, after), growthOf(`${name}_count`, before, after)]
    return sum === undefined || !count ? undefined : (sum / count) * factor
  }

function growthOf(name: string, before: Scrape | null, after: Scrape | null): number | undefined {
  const [from, to] = [total(before, name), total(after, name)]
  // A process that was restarted in between counts from zero again.
  return from === undefined || to === undefined || to < from ? undefined : to - from
}

/** What a Node process tells of itself by prom-client's names, and the shop by its own. */
const API = {
  "api.cpu": rate("process_cpu_seconds_total"),
  "api.loopDelay": gauge("nodejs_eventloop_lag_p99_seconds", 1_000),
  "api.inFlight": gauge("saleproof_http_requests_in_flight"),
  "api.batchSize": mean("saleproof_order_batch_size"),
  "api.orderWait": mean("saleproof_order_wait_seconds", 1_000),
  "api.ordersQueued": gauge("saleproof_orders_queued"),
  "api.commit": mean("saleproof_order_commit_seconds", 1_000),
  "api.poolBusy": gauge("saleproof_db_pool_busy"),
  "api.poolWaiting": gauge("saleproof_db_pool_waiting"),
  "api.poolAcquire": mean("saleproof_db_pool_acquire_seconds", 1_000),
} satisfies Partial<Record<Signal, Read>>

const WORKER = {
  "worker.cpu": rate("process_cpu_seconds_total"),
  "worker.loopDelay": gauge("nodejs_eventloop_lag_p99_seconds", 1_000),
} satisfies Partial<Record<Signal, Read>>

/** Told by whichever process keeps the queue. */
const QUEUE = {
  "queue.claims": gauge("saleproof_pending_claims"),
  "queue.jobs": gauge("saleproof_queue_jobs"),
  "queue.lag": gauge("saleproof_queue_lag_seconds", 1_000),
} satisfies Partial<Record<Signal, Read>>

export function apiSignals(scraped: Scraped): HealthSample["values"] {
  return { ...readAll(QUEUE, scraped), ...readAll(API, scraped) }
}

export function workerSignals(scraped: Scraped): HealthSample["values"] {
  return { ...readAll(QUEUE, scraped), ...readAll(WORKER, scraped) }
}

function readAll(reads: Partial<Record<Signal, Read>>, scraped: Scraped): HealthSample["values"] {
  const entries = Object.entries(reads).map(([signal, read]) => [signal, read(scraped)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
