import { expect, it } from "vitest"

import { resolveSla } from "@saleproof/sla/resolve.ts"
import type { MetricRule } from "@saleproof/sla/schema.ts"
import { HEALTH_SCHEMA } from "../health/model.ts"
import type { HealthSample } from "../health/model.ts"
import { judgeMetricRules } from "./metric-rules.ts"

const RULE: MetricRule = {
  title: "no order is lost",
  metric: "lost_total",
  as: "increase",
  from: "api",
  over: "every",
  level: "fail",
  max: 0,
}

/** A load from 1,000 to 4,000 ms, the growth that each sample saw, and when the page was first and last read. */
async function judged(
  growth: number,
  read: { from: number; to: number },
  { resets = [], ...limits }: { resets?: number[]; min?: number; max?: number } = { max: 0 },
) {
  const { max: _, ...unlimited } = RULE
  const rule = { ...unlimited, ...limits }
  const name = `sla.metrics: ${RULE.title}`
  const samples = [1_500, 2_500, 3_500, 4_500]
    .filter((at) => at > read.from && at <= read.to)
    .map((at) => ({ at, values: { [name]: at === 2_500 ? growth : 0 } }))
  const [result] = await judgeMetricRules({
    config: {},
    plan: { sla: resolveSla({ metrics: [rule] }), judge: "all" },
    measurement: { window: { from: 1_000, to: 4_000 }, hold: null },
    health: {
      schema: HEALTH_SCHEMA,
      cores: 1,
      samples,
      waits: {},
      signals: {},
      resets: { [name]: resets },
      read: { api: read },
    },
    env: {},
    signal: new AbortController().signal,
  })
  return result
}

it("judges growth only if the counter was read before the load and after it", async () => {
  expect(await judged(0, { from: 500, to: 4_500 })).toMatchObject({ outcome: "pass", actual: 0 })
  expect(await judged(0, { from: 1_500, to: 4_500 })).toMatchObject({
    outcome: "no-data",
    reason: "it could not be read before the load, so its growth is not known.",
  })
  expect(await judged(0, { from: 500, to: 3_500 })).toMatchObject({
    outcome: "no-data",
    reason: "it could not be read after the load, so its growth is not known.",
  })
})

it("breaks a limit by the growth that was seen, whatever was not seen", async () => {
  expect(await judged(5, { from: 500, to: 3_500 })).toMatchObject({ outcome: "fail", actual: 5 })
})

const AROUND = { from: 500, to: 4_500 }

it("knows the growth of a counter that began again only as far as that decides", async () => {
  expect(await judged(0, AROUND, { max: 0, resets: [2_500] })).toMatchObject({
    outcome: "no-data",
    reason: "it was counted from zero again during the load, so its growth is not all known.",
  })
  expect(await judged(3, AROUND, { max: 5, resets: [2_500] })).toMatchObject({
    outcome: "no-data",
    reason:
      "it was counted from zero again during the load, so its growth is not all known. At least 3 was seen.",
  })
  expect(await judged(3, AROUND, { max: 2, resets: [2_500] })).toMatchObject({ outcome: "fail", actual: 3 })
  expect(await judged(3, AROUND, { min: 3, resets: [2_500] })).toMatchObject({ outcome: "pass", actual: 3 })
  expect(await judged(3, AROUND, { min: 4, resets: [2_500] })).toMatchObject({ outcome: "no-data" })
  expect(await judged(0, AROUND, { max: 0, resets: [400] })).toMatchObject({ outcome: "pass" })
})

const GAUGE = {
  title: "the queue stays short",
  metric: "queue_length",
  as: "gauge",
  from: "api",
  over: "every",
  level: "fail",
  max: 10,
} satisfies MetricRule

/** A load of ten seconds; undefined is a second in which the page did not answer, null one in which it had no such metric. */
async function judgedGauge(
  seconds: readonly (number | null | undefined)[],
  change: { as?: "rate"; over?: "last" } = {},
) {
  const rule: MetricRule = { ...GAUGE, ...change }
  const samples = seconds.map((value, index): HealthSample => {
    const scraped = value === undefined ? {} : { "api.scrape": 2 }
    const read = typeof value === "number" ? { [`sla.metrics: ${rule.title}`]: value } : {}
    return { at: (index + 1) * 1_000, values: { ...scraped, ...read } }
  })
  const [result] = await judgeMetricRules({
    config: {},
    plan: { sla: resolveSla({ metrics: [rule] }), judge: "all" },
    measurement: { window: { from: 0, to: 10_000 }, hold: null },
    health: { schema: HEALTH_SCHEMA, cores: 1, samples, waits: {}, signals: {} },
    env: {},
    signal: new AbortController().signal,
  })
  return result
}

it("knows a gauge only if it could be read for nearly all of the load", async () => {
  const gone = undefined
  expect(await judgedGauge([1, 2, 1, 2, gone, 1, 2, 1, 2, 1])).toMatchObject({ outcome: "pass", actual: 2 })
  for (const unread of [gone, null])
    expect(await judgedGauge([1, unread, 1, unread, 1, unread, 1, unread, 1, unread])).toMatchObject({
      outcome: "no-data",
      reason: "it could not be read for 50 % of the load.",
    })
  expect(await judgedGauge([1, 2, 1, 2, 1, 2, 1, gone, gone, gone], { over: "last" })).toMatchObject({
    outcome: "no-data",
  })
})

it("breaks a limit by one value that was read, whatever was not", async () => {
  const gone = undefined
  expect(await judgedGauge([1, gone, 99, gone, 1, gone, 1, gone, 1, gone])).toMatchObject({
    outcome: "fail",
    actual: 99,
  })
})

it("does not miss a gauge before it is first shown, nor a rate that the next reading has", async () => {
  expect(await judgedGauge([null, null, 1, 1, 1, 1, 1, 1, 1, 1])).toMatchObject({ outcome: "pass" })
  const gone = undefined
  expect(await judgedGauge([1, gone, 1, gone, 1, 1, gone, 1, 1, 1], { as: "rate" })).toMatchObject({
    outcome: "pass",
  })
})
