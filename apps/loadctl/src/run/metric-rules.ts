import { setTimeout as sleep } from "node:timers/promises"

import type { MetricRule } from "@saleproof/sla/schema.ts"
import type { Health, HealthSample } from "../health/model.ts"
import { queryPrometheus } from "../health/prometheus.ts"
import type { Reading } from "../health/signals.ts"
import { parseDuration } from "../plan/duration.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { Config } from "../plan/schema.ts"
import { applyMetricRule } from "../sla/metrics.ts"
import type { MetricReading, MetricResult } from "../sla/metrics.ts"
import type { Measurement, Window } from "../stats/model.ts"
import { countText, exactText, shareText } from "../sla/text.ts"
import { fillTemplates } from "./templates.ts"

type SampledRule = Extract<MetricRule, { metric: string }>

/** What the sampler reads for the rules of a plan, by the name of each signal. */
export function ruleSignals({ sla }: Pick<RunPlan, "sla">) {
  const sampled = (sla.metrics ?? []).filter((rule) => "metric" in rule)
  return Object.fromEntries(
    sampled.map((rule) => {
      const { metric, as, from, title } = rule
      const reading: Reading = { metric, as, from, factor: 1 }
      return [signalOf(rule), { ...reading, title, unit: "", cause: null }] as const
    }),
  )
}

function signalOf({ title }: Pick<MetricRule, "title">): string {
  return `sla.metrics: ${title}`
}

export type RuleSources = {
  config: Pick<Config, "prometheus">
  plan: Pick<RunPlan, "sla" | "judge">
  measurement: Pick<Measurement, "window" | "hold">
  /** Null where k6 ran elsewhere: nothing was sampled then. */
  health: Health | null
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

/** Reads what every rule on the target's own metrics is about, and judges it. */
export async function judgeMetricRules(sources: RuleSources): Promise<MetricResult[]> {
  return (await readMetricRules(sources)).map(applyMetricRule)
}

async function readMetricRules(sources: RuleSources): Promise<MetricReading[]> {
  const { config, plan, measurement, signal } = sources
  const rules = plan.sla.metrics ?? []
  const window = plan.judge === "hold" ? measurement.hold : measurement.window
  if (!window) return rules.map((rule) => ({ rule, reason: "no request was judged." }))
  const settleMs = config.prometheus ? (parseDuration(config.prometheus.settle) ?? 0) : 0
  if (rules.some((rule) => "query" in rule)) await sleep(settleMs, undefined, { signal })
  const queried = { from: window.from, to: window.to + (plan.judge === "hold" ? 0 : settleMs) }
  return Promise.all(
    rules.map(async (rule) =>
      "query" in rule
        ? { rule, ...(await queryFor(rule.query, queried, sources)) }
        : { rule, ...sampledFor(rule, sources.health, window) },
    ),
  )
}

function queryFor(query: string, window: Window, { config, env, signal }: RuleSources) {
  const { prometheus } = config
  if (!prometheus) return { reason: "loadctl.yaml names no prometheus.url." }
  const { url, headers } = prometheus
  return queryPrometheus({ url, headers: fillTemplates(headers, env), signal }, query, window)
}

const SECOND_MS = 1_000

function sampledFor(rule: SampledRule, health: Health | null, window: Window) {
  if (!health) return { reason: "nothing was sampled, because k6 ran elsewhere." }
  const name = signalOf(rule)
  const why = health.unread?.[name]
  if (why !== undefined) return { reason: why }
  const during = samplesDuring(health.samples, window, { ...rule, name })
  const values = during.flatMap(({ values: { [name]: value } }) => (value === undefined ? [] : [value]))
  if (values.length === 0)
    return { reason: "no sample was taken in the time that is judged; it was too short." }
  // Between two observations a histogram has no mean; whatever else is missing was not shown.
  if (rule.as !== "mean" && values.length < during.length / 2)
    return { reason: `only ${values.length} of ${countText(during.length, "sample")} have it.` }
  if (rule.as !== "increase")
    return { series: [{ labels: "", values }], unseen: unseenText(during, { ...rule, name }) }
  const unseen = wasReset(during, health.resets?.[name]) ? RESET : unseenGrowth(health, window, rule)
  return growthDuring(values, { rule, unseen })
}

function wasReset(during: readonly HealthSample[], resets: readonly number[] = []): boolean {
  return during.some(({ at }) => resets.includes(at))
}

const RESET = "it was counted from zero again during the load, so its growth is not all known."

// Of every value during the load, so much may be unknown: a page that is late once is no reason to know nothing.
const MOST_UNSEEN = 0.1

type Named = Pick<SampledRule, "as"> & { name: string }

/** Why too much of the load was not read, or undefined. What could not be read of a counter is in its next reading. */
function unseenText(during: readonly HealthSample[], { as, name }: Named): string | undefined {
  const first = during.findIndex(({ values }) => name in values)
  const last = during.findLastIndex(({ values }) => name in values)
  const isUnseen = ({ values }: HealthSample, index: number): boolean => {
    const wasShown = "api.scrape" in values
    if (name in values || (wasShown && (as === "mean" || index < first))) return false
    return as === "gauge" || index > last
  }
  const length = ({ at }: HealthSample, index: number): number =>
    at - (during[index - 1]?.at ?? at - SECOND_MS)
  const sum = (lengths: readonly number[]): number => lengths.reduce((total, ms) => total + ms, 0)
  const unseen = sum(during.map((sample, index) => (isUnseen(sample, index) ? length(sample, index) : 0)))
  const share = unseen / sum(during.map(length))
  return share > MOST_UNSEEN ? `it could not be read for ${shareText(share)} of the load.` : undefined
}

/** What was not seen can only add to the growth: what is enough to decide without it decides. */
function growthDuring(
  values: readonly number[],
  { rule: { min = -Infinity, max }, unseen }: { rule: SampledRule; unseen: string | null },
) {
  const growth = values.reduce((sum, value) => sum + value, 0)
  const isDecided = max === undefined ? growth >= min : growth > max
  if (unseen !== null && !isDecided) return { reason: `${unseen}${growth > 0 ? atLeastText(growth) : ""}` }
  return { series: [{ labels: "", values: [growth] }] }
}

function atLeastText(growth: number): string {
  return ` At least ${exactText(growth)} was seen.`
}

/** Why the growth over a window is not all known, or null: its process must be read before it and after it. */
function unseenGrowth({ read }: Health, { from, to }: Window, rule: SampledRule): string | null {
  const during = read?.[rule.from]
  if (during === undefined || during.from > from)
    return "it could not be read before the load, so its growth is not known."
  if (during.to < to) return "it could not be read after the load, so its growth is not known."
  return null
}

/**
 * A sample goes from the end of the one before it to its own. A rate needs those that lie within the window; growth
 * those that overlap it, and the next one where the last of these could not be read, because that has its growth too.
 */
function samplesDuring(
  samples: readonly HealthSample[],
  { from, to }: Window,
  { as, name }: Named,
): HealthSample[] {
  const began = (index: number): number => samples[index - 1]?.at ?? samples[index]!.at - SECOND_MS
  if (as === "rate") return samples.filter(({ at }, index) => began(index) >= from && at <= to)
  if (as !== "increase") return samples.filter(({ at }) => at >= from && at <= to + SECOND_MS)
  const first = samples.findIndex(({ at }) => at > from)
  const last = samples.findIndex(({ at, values }) => at >= to && name in values)
  return first < 0 ? [] : samples.slice(first, last < 0 ? undefined : last + 1)
}
