import { z } from "zod"

import { OTHER_METRICS } from "@saleproof/sla/metrics.ts"
import { LEVELS } from "@saleproof/sla/schema.ts"
import { ManifestDocument } from "./manifest-schema.ts"

const ms = (what: string) => z.number().nullable().describe(`${what}, ms; null where nothing was measured`)
const count = (what: string) => z.int().min(0).describe(what)
const Level = z.enum(LEVELS)

const Rule = z.strictObject({
  metric: z.enum(["avg", "p50", "p90", "p95", "p99", "p99.9", "max", "rate", "errorRate", "minSamples"]),
  limit: z
    .number()
    .describe("in ms, requests per second (at least), as a share from 0 to 1, or as a number of samples"),
  level: Level,
  outcome: z.enum(["pass", "fail", "no-data"]),
  actual: z.number().nullable().describe("in the unit of the limit; null for no-data"),
  close: z.literal(true).optional().describe("the limit lies within the percentile's 95 % interval"),
})

const Interval = z
  .tuple([z.number().nullable(), z.number().nullable()])
  .describe("lower and upper end, ms; null where so few samples cannot show it")

const Endpoint = z
  .strictObject({
    name: z.string(),
    metric: z.enum(OTHER_METRICS).optional().describe("what was timed, where it is no HTTP request"),
    n: count("judged requests"),
    unsent: count("of these, requests that found no connection, which have no latency").optional(),
    rate: z.number().nullable().describe("requests per second, over the hold where there is one"),
    p50: ms("median"),
    p95: ms("95th percentile, interpolated as k6 does"),
    p99: ms("99th percentile"),
    max: ms("slowest request"),
    avg: ms("mean").optional(),
    p90: ms("90th percentile").optional(),
    "p99.9": ms("99.9th percentile").optional(),
    failed: count("requests that failed; an expected refusal is none"),
    statuses: z
      .record(z.string(), z.int())
      .describe('requests by HTTP status, "0" is no answer; with a metric, codes of its protocol'),
    interval: z
      .strictObject({
        p50: Interval,
        p90: Interval.optional(),
        p95: Interval,
        p99: Interval,
        "p99.9": Interval.optional(),
      })
      .nullable()
      .describe("where each percentile lies with 95 % confidence; null where the samples are not known"),
    limit: z.number().nullable().describe("the limit of p95, ms; null where there is none"),
    ok: z.boolean().describe("every rule of level fail is kept"),
    close: z.boolean().describe("a limit lies within such an interval"),
    rules: z.array(Rule),
  })
  .meta({ id: "endpoint" })

const Corrected = z
  .strictObject({
    name: z.string(),
    intervalMs: z.number().describe("how often a user calls it when nothing stalls"),
    p95: z.number(),
    p99: z.number(),
    correctedP95: z.number(),
    correctedP99: z.number(),
    added: z.int().describe("requests that the correction added"),
  })
  .meta({ id: "corrected" })

const Omission = z.union([
  z.strictObject({ model: z.literal("open") }),
  z.strictObject({ model: z.literal("closed"), overall: Corrected, endpoints: z.array(Corrected) }),
])

const Sources = z.strictObject({
  source: z.enum(["recorder", "influxdb", "k6"]).describe("whose figures are judged"),
  influx: z.strictObject({ state: z.enum(["ok", "off", "away"]), text: z.string().optional() }),
  reconciliation: z.array(
    z.strictObject({
      name: z.string(),
      recordedN: z.int().optional().describe("as loadctl recorded them"),
      recordedP95: z.number().nullable().optional(),
      influxN: z.int().nullable().describe("null where InfluxDB was not asked"),
      k6N: z.int().nullable(),
      influxP95: z.number().nullable(),
      k6P95: z.number().nullable(),
    }),
  ),
  recorder: z
    .strictObject({
      requests: count("requests that loadctl recorded, setup included"),
      merged: count("of them, those that are one point with another in InfluxDB"),
      refusedWrites: count("writes that InfluxDB refused"),
      failed: z
        .strictObject({
          n: z.int(),
          matches: z.int(),
          tagged: z.int().optional().describe("requests whose tags say that they failed"),
          untagged: z.int().optional().describe("requests without a tag that says so or not"),
        })
        .describe("k6's http_req_failed: how many have it, how many failed"),
      folded: count("samples that gave up tags because there were too many series"),
      problems: z.array(z.string()).describe("why the figures cannot be trusted"),
      notes: z.array(z.string()).describe("differences whose reason is known"),
    })
    .optional()
    .describe("absent where the run was judged from another source"),
  instances: z.array(z.string()).optional().describe("the k6 that made the load together, elsewhere"),
})

const Audit = z.strictObject({
  ok: z.boolean().nullable().describe("null when there was no audit"),
  checks: z.array(
    z.looseObject({
      id: z.string(),
      title: z.string(),
      violations: z.union([z.number(), z.array(z.unknown())]),
    }),
  ),
  note: z.string().nullable(),
})

const Expected = z.strictObject({
  title: z.string(),
  wanted: z.string(),
  level: Level,
  outcome: z.enum(["pass", "fail", "no-data"]),
  actual: z.number().nullable(),
  reason: z.string().optional().describe("why there is no data"),
})

const TargetMetric = z.strictObject({
  title: z.string(),
  source: z.string().describe("the PromQL query, or the metric with its labels"),
  wanted: z.string(),
  level: Level,
  outcome: z.enum(["pass", "fail", "no-data"]),
  actual: z.number().nullable().describe("the worst value that is judged; null for no-data"),
  labels: z.string().optional().describe("of the series that decided, where a query gave several"),
  reason: z.string().optional().describe("why there is no data"),
})

const Threshold = z.strictObject({
  metric: z.string(),
  source: z.string().describe('as the script has it: "p(95)<200"'),
  value: z.number().nullable().describe("null where k6 keeps no such figure"),
  ok: z.boolean(),
  empty: z.literal(true).optional().describe("it was kept only because no sample is about it"),
})

const Check = z.strictObject({
  name: z.string(),
  passes: z.int(),
  fails: z.int(),
  ok: z.boolean().describe("false for one that never held"),
})

const K6Message = z.strictObject({
  level: z.enum(["error", "warning"]),
  text: z.string(),
  count: z.int().describe("how often that kind was logged"),
})

/** What `--format json` prints, field by field. A field that it does not name is a new version of the document. */
export const RunDocument = z
  .strictObject({
    schema: z.literal("saleproof.run/1"),
    runId: z.string(),
    scenario: z.string(),
    persona: z.string().nullable(),
    variants: z.array(z.string()),
    scale: z.number().describe("factor on every duration; only 1 is a full run"),
    verdict: z.enum(["PASS", "FAIL", "INVALID"]),
    reasons: z.array(z.string()).describe("why it is no PASS, the gravest first"),
    warnings: z.array(z.string()),
    causes: z
      .array(z.strictObject({ rule: z.string(), what: z.string().nullable(), text: z.string() }))
      .describe("for each broken limit what saturated first; `what` is null where that is not known"),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable().describe("null when the run broke off"),
    target: z.string().nullable(),
    iterations: count("iterations that came to their end"),
    cutOff: count("iterations that k6 cut off at its end; their unfinished requests are in no figure"),
    iterationsAccount: z
      .strictObject({
        started: count("finished, threw and cutOff together"),
        finished: count("iterations that came to their end"),
        threw: count("iterations that an exception of the script ended"),
        cutOff: count("iterations that k6 cut off at its end"),
        dropped: count("iterations that were due and never started"),
        unanswered: count("of those cut off, users that still waited for an answer: failed requests"),
        truncated: count("of those cut off, users that may have gone on: in no figure"),
        undecided: count("of those cut off, users of which nobody knows").optional(),
      })
      .nullable()
      .describe("null where the run was judged from another source"),
    requests: count("judged requests, users that were never answered among them"),
    failed: count("of them, those that failed"),
    overall: Endpoint,
    endpoints: z.array(Endpoint),
    expectations: z.array(Expected),
    metrics: z.array(TargetMetric).describe("rules on the target's own metrics (sla.metrics)"),
    checks: z
      .strictObject({ passes: z.int(), fails: z.int(), rows: z.array(Check) })
      .describe("checks of the script"),
    thresholds: z.array(Threshold).describe("the script's own thresholds"),
    k6Messages: z
      .array(K6Message)
      .describe("what k6 logged as an error or a warning, the first of each kind"),
    k6Failed: z
      .int()
      .nullable()
      .describe("failed requests by k6's own http_req_failed; null where it has none"),
    sources: Sources.nullable().describe("null when the run did not come to measuring"),
    hold: z.strictObject({ from: z.iso.datetime(), seconds: z.number() }).nullable(),
    omission: Omission.nullable().describe("what waiting for slow answers may hide"),
    audit: Audit,
    manifest: ManifestDocument.nullable().describe("what is needed to repeat the run"),
  })
  .meta({ title: "A run that loadctl judged" })

/** The same as JSON Schema, for other tools that read the document. */
export function runJsonSchema(): string {
  const schema = z.toJSONSchema(RunDocument, { target: "draft-2020-12" })
  return `${JSON.stringify(schema, null, 2)}\n`
}
