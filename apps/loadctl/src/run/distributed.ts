import assert from "node:assert/strict"

import { runAudit } from "../audit/audit.ts"
import type { Audit } from "../audit/model.ts"
import type { LoadedConfig } from "../config.ts"
import { isExplained, missingError } from "../errors.ts"
import { createInflux } from "../influx/client.ts"
import { createRunQueries } from "../influx/distributed.ts"
import { readSamples } from "../influx/samples.ts"
import { durationMs } from "../plan/duration.ts"
import { redactUrl } from "../machine/redact.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { declaredMetrics } from "./load.ts"
import { composeReport } from "../report/model.ts"
import type { RunReport } from "../report/model.ts"
import { saveSamples } from "../report/samples.ts"
import { judge } from "../sla/judge.ts"
import { findGaps } from "../stats/gaps.ts"
import { measure } from "../stats/measure.ts"
import type { K6Facts, Measurement } from "../stats/model.ts"
import { seenIn } from "../stats/seen.ts"
import type { RunFolder } from "../store.ts"
import type { Api } from "./api.ts"
import { judgeMetricRules } from "./metric-rules.ts"

type RunQueries = ReturnType<typeof createRunQueries>

export type DistributedOptions = {
  loaded: LoadedConfig
  plan: RunPlan
  /** Opens the run's folder, once there is something to save. */
  openFolder: () => Promise<RunFolder>
  /** The API to ask for an audit; null for none. */
  api: Api | null
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

/**
 * Judges a run that k6 made elsewhere from InfluxDB alone: the points of all its instances are one set of requests, of
 * which the percentiles are taken. Throws a missing error when InfluxDB has nothing of it.
 */
export async function judgeDistributed(options: DistributedOptions): Promise<RunReport> {
  const { loaded, plan } = options
  const { measurement, samples } = await measureDistributed(options).catch(explainInflux(loaded))
  const folder = await options.openFolder()
  await folder.writeJson("plan.json", plan)
  await saveSamples(folder, samples)
  await folder.writeJson("endpoints.json", measurement)
  const audit = await auditTarget(loaded, options)
  await folder.writeJson("audit.json", audit)
  const finishedAt = new Date(measurement.window?.to ?? Date.now()).toISOString()
  const metrics = await judgeMetricRules({
    config: loaded.config,
    plan,
    measurement,
    health: null,
    env: options.env,
    signal: options.signal,
  })
  const verdict = { ...judge({ plan, measurement, audit, metrics, stopped: null }), finishedAt }
  await folder.writeJson("verdict.json", verdict)
  return composeReport({ plan, measurement, audit, verdict })
}

/** An InfluxDB that does not answer is missing, whatever its client calls that. */
function explainInflux({ config }: LoadedConfig): (error: unknown) => never {
  return (error) => {
    if (isExplained(error) || !(error instanceof Error)) throw error
    assert(config.influx, "a run that InfluxDB alone knows is judged where it is configured")
    throw missingError(`InfluxDB at ${redactUrl(config.influx.url)} does not answer: ${error.message}.`)
  }
}

type Distributed = { measurement: Measurement; samples: SampleSeries[] }

async function measureDistributed({ loaded, plan, signal }: DistributedOptions): Promise<Distributed> {
  const { influx } = loaded.config
  if (!influx) throw missingError("loadctl.yaml names no InfluxDB.", "influx: { url: ... }, or --influx URL.")
  const client = createInflux(influx)
  const queries = createRunQueries(client, plan.runId)
  const window = await queries.window()
  if (!window)
    throw missingError(`InfluxDB at ${redactUrl(influx.url)} has no request with testid ${plan.runId}.`)
  const samples = await readSamples(client, plan.runId, { from: window.from, to: window.to + 1, signal })
  const table = measure(samples, plan)
  const judged = samples.filter(({ scenario }) => plan.k6Scenarios.includes(scenario))
  const measurement: Measurement = {
    source: "influxdb",
    influx: { state: "ok" },
    instances: await queries.instances(),
    ...table,
    seen: seenIn(samples),
    reconciliation: [],
    omission: null,
    k6: { ...(await countedFacts(queries, plan)), declaredMetrics: declaredMetrics(plan, loaded.root) },
    machine: { k6: null, busy: null, steal: null },
    gaps: findGaps(judged, table.hold ?? table.window),
    clocks: { target: null, influx: null, set: 0 },
  }
  return { measurement, samples }
}

/** What k6 would say in its summary, as far as its counters are in InfluxDB. */
async function countedFacts(queries: RunQueries, { expect }: RunPlan): Promise<K6Facts> {
  const metrics: K6Facts["metrics"] = {}
  for (const rule of expect) {
    const count = "metric" in rule ? await queries.counter(rule.metric) : null
    if ("metric" in rule && count !== null) metrics[rule.metric] = { count }
  }
  return {
    exitCode: null,
    summary: false,
    iterations: (await queries.counter("iterations")) ?? 0,
    interruptedIterations: 0,
    droppedIterations: (await queries.counter("dropped_iterations")) ?? 0,
    checks: await queries.checks(),
    failedThresholds: [],
    metrics,
    lostWrites: 0,
    slowFlushes: 0,
    errors: [],
  }
}

async function auditTarget({ config }: LoadedConfig, { api, signal }: DistributedOptions): Promise<Audit> {
  const { audit } = config
  if (!audit) return { state: "off" }
  if (!api) return { state: "off", text: "--target says whom to ask" }
  return runAudit(api, audit, { settleMs: durationMs(audit.settle), signal })
}
