import { expect, it } from "vitest"

import { resolveSla } from "@saleproof/sla/resolve.ts"
import type { MetricRule } from "@saleproof/sla/schema.ts"
import { HEALTH_SCHEMA } from "../health/model.ts"
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
async function judged(growth: number, read: { from: number; to: number }) {
  const samples = [1_500, 2_500, 3_500, 4_500]
    .filter((at) => at > read.from && at <= read.to)
    .map((at) => ({ at, values: { [`sla.metrics: ${RULE.title}`]: at === 2_500 ? growth : 0 } }))
  const [result] = await judgeMetricRules({
    config: {},
    plan: { sla: resolveSla({ metrics: [RULE] }), judge: "all" },
    measurement: { window: { from: 1_000, to: 4_000 }, hold: null },
    health: { schema: HEALTH_SCHEMA, cores: 1, samples, waits: {}, signals: {}, read: { api: read } },
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
