import { versions } from "node:process"
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client"
import manifest from "../../package.json" with { type: "json" }
import { RETRYABLE } from "./db-errors.ts"

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5]

/** Each sample wakes the process up, which an idle worker pays for. What is measured includes the interval. */
const LOOP_SAMPLED_EVERY_MS = { api: 10, worker: 50 }

/** Every series of one process. Labels hold only values from fixed lists: routes, statuses, codes, outcomes. */
export function createMetrics({ process: name }: { process: "api" | "worker" }) {
  const registry = new Registry()
  registry.setDefaultLabels({ process: name })
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_SAMPLED_EVERY_MS[name] })
  const registers = [registry]
  addBuildInfo(registry)
  return {
    registry,
    requestSeconds: new Histogram({
      name: "saleproof_http_request_duration_seconds",
      help: "Time from the request line to the end of the answer",
      labelNames: ["method", "route", "status"],
      buckets: SECONDS,
      registers,
    }),
    inFlight: new Gauge({
      name: "saleproof_http_requests_in_flight",
      help: "Requests in progress",
      registers,
    }),
    refusals: new Counter({
      name: "saleproof_refusals_total",
      help: "Problem documents sent, by code",
      labelNames: ["code"],
      registers,
    }),
    ...transactionMetrics(registers),
    ...claimMetrics(registers),
    ...rankingMetrics(registers),
    webhookDeliveries: webhookCounter(registers),
    webhookDropped: new Counter({
      name: "saleproof_webhook_dead_letters_dropped_total",
      help: "Dead letters that were dropped, because there were more than are kept for a webhook",
      registers,
    }),
  }
}

function rankingMetrics(registers: Registry[]) {
  return {
    rankingRebuilds: new Counter({
      name: "saleproof_ranking_rebuilds_total",
      help: "Times that the realtime ranking was rebuilt from PostgreSQL, by cause",
      labelNames: ["cause"],
      registers,
    }),
    drift: new Gauge({
      name: "saleproof_drift",
      help: "Difference between Redis and PostgreSQL when last compared; anything but 0 is being repaired",
      labelNames: ["what"],
      registers,
    }),
    relayed: new Counter({
      name: "saleproof_outbox_relayed_total",
      help: "Outbox events moved into the sums by day",
      registers,
    }),
  }
}

function webhookCounter(registers: Registry[]) {
  const counter = new Counter({
    name: "saleproof_webhook_deliveries_total",
    help: "Attempts to deliver an event to a webhook, by outcome",
    labelNames: ["outcome"],
    registers,
  })
  for (const outcome of ["delivered", "retry", "dead"]) counter.labels(outcome).inc(0)
  return counter
}

function claimMetrics(registers: Registry[]) {
  return {
    claims: new Counter({
      name: "saleproof_claims_total",
      help: "Coupon claims, by outcome",
      labelNames: ["outcome"],
      registers,
    }),
    claimBatchSize: new Histogram({
      name: "saleproof_claim_batch_size",
      help: "Claims committed together",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    }),
    fastRefusals: new Counter({
      name: "saleproof_fast_refusals_total",
      help: "Lookups in Redis whether a claim was rejected a moment ago, by result",
      labelNames: ["result"],
      registers,
    }),
    drained: new Counter({
      name: "saleproof_claims_drained_total",
      help: "Accepted claims that became coupons",
      registers,
    }),
    grantDelaySeconds: new Histogram({
      name: "saleproof_coupon_visible_seconds",
      help: "Time from an accepted claim to its committed coupon",
      buckets: SECONDS,
      registers,
    }),
  }
}

function transactionMetrics(registers: Registry[]) {
  const retries = new Counter({
    name: "saleproof_transaction_retries_total",
    help: "Transactions repeated, by the SQLSTATE that PostgreSQL refused them with",
    labelNames: ["sqlstate"],
    registers,
  })
  // Shown before the first one, so that "none" differs from "not measured".
  for (const sqlstate of RETRYABLE) retries.labels(sqlstate).inc(0)
  return {
    retries,
    orderBatchSize: new Histogram({
      name: "saleproof_order_batch_size",
      help: "Orders committed together",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      registers,
    }),
    orderWaitSeconds: new Histogram({
      name: "saleproof_order_wait_seconds",
      help: "How long the first order of a batch waited for its turn",
      buckets: SECONDS,
      registers,
    }),
    commitSeconds: new Histogram({
      name: "saleproof_order_commit_seconds",
      help: "How long the transaction of a batch took, its retries included",
      buckets: SECONDS,
      registers,
    }),
  }
}

function addBuildInfo(registry: Registry): void {
  const build = new Gauge({
    name: "saleproof_build_info",
    help: "Always 1; the labels say what runs",
    labelNames: ["version", "node"],
    registers: [registry],
  })
  build.labels(manifest.version, versions.node).set(1)
}

export type Metrics = ReturnType<typeof createMetrics>

type LiveGauge = { name: string; help: string; read: () => Promise<number> | number }

/** A gauge that is read at each scrape. While its source is down it has no value rather than a stale one. */
export function addLiveGauge({ registry }: Metrics, { name, help, read }: LiveGauge): void {
  const gauge = new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      try {
        gauge.set(await read())
      } catch {
        gauge.remove()
      }
    },
  })
}
