import { MappingType } from "@grafana/grafana-foundation-sdk/dashboard"
import type { ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard"

import { COUNT, UNEXPECTED, WHOLE_RUN, escapeRegex, influx, percentile, select } from "../influxql.ts"
import { GREEN, ORANGE, RED, RED_FROM_ONE, steps, table } from "../panels.ts"
import type { Query } from "../panels.ts"
import type { Row } from "../row.ts"
import type { Limit, Sla } from "../sla.ts"
import { requestTotals, runTotals } from "./totals.ts"

// Larger than any latency in ms: it outweighs the margin, whatever that is.
const BROKEN_BUDGET = 1e9
const TOO_FEW = 1e15

/** The SLA on the whole run; loadctl's own verdict also asks the audit and k6's summary. */
export function verdictRow(sla: Sla): Row {
  return {
    title: "Verdict (whole run, whatever the time range)",
    panels: [
      ...requestTotals(sla),
      ...runTotals(),
      table({
        title: "SLA per endpoint",
        shows:
          "p95 of each endpoint against its limit, the margin left, how many samples that rests on, and how many requests failed. Percentiles are nearest-rank over all points; k6's own summary interpolates and can differ when n is small.",
        bad: "FAIL, the margin is negative or more failed than the budget allows; TOO FEW, there are fewer samples than the SLA asks for, so there is no verdict.",
        size: [24, 9],
        queries: [sla.each, ...sla.own].map((limit) => verdictQuery(limit, sla)),
      })
        .overrideByName("verdict", [
          { id: "mappings", value: VERDICTS },
          { id: "custom.cellOptions", value: { type: "color-background" } },
        ])
        .overrideByName("p95", ms)
        .overrideByName("limit", [{ id: "unit", value: "ms" }])
        .overrideByName("margin", [
          ...ms,
          { id: "custom.cellOptions", value: { type: "color-text" } },
          {
            id: "thresholds",
            value: steps([
              { value: null, color: RED },
              { value: 0, color: GREEN },
            ]).build(),
          },
        ])
        .overrideByName("failed", RED_FROM_ONE)
        .overrideByName("name", [{ id: "displayName", value: "endpoint" }])
        .withTransformation({ id: "merge", options: {} }),
    ],
  }
}

const ms = [
  { id: "unit", value: "ms" },
  { id: "decimals", value: 1 },
]

const VERDICTS: ValueMapping[] = [
  rangeTo({ from: BROKEN_BUDGET, to: null, text: "TOO FEW", color: ORANGE, index: 0 }),
  rangeTo({ from: 0, to: BROKEN_BUDGET, text: "PASS", color: GREEN, index: 1 }),
  rangeTo({ from: null, to: 0, text: "FAIL", color: RED, index: 2 }),
]

type RangeText = { from: number | null; to: number | null; text: string; color: string; index: number }

function rangeTo({ from, to, ...result }: RangeText): ValueMapping {
  return { type: MappingType.RangeToText, options: { from, to, result } }
}

/**
 * One line per endpoint of a limit. InfluxQL has no "if": `abs(x) + x` is 0 up to x = 0, so a penalty that is
 * multiplied with it starts exactly where a budget ends.
 */
function verdictQuery(limit: Limit, sla: Sla): Query {
  const where = [WHOLE_RUN, ...namesOf(limit, sla)].join(" AND ")
  const measured = select(
    `${percentile(95)} AS "p95", ${COUNT} AS "n", ${COUNT} * 0 AS "failed"`,
    "http_req_duration",
    where,
  )
  // Its own part, because a count of nothing is no row; the 0 above replaces it.
  const failures = select(`${COUNT} AS "failed"`, "http_req_duration", `${where} AND ${UNEXPECTED}`)
  const over = `sum("failed") - ${limit.errorRate} * sum("n")`
  const missing = `${limit.minSamples} - sum("n")`
  const verdict = [
    `${limit.p95Ms} - max("p95")`,
    `- ${BROKEN_BUDGET} * (abs(${over}) + ${over})`,
    `+ ${TOO_FEW} * (abs(${missing}) + ${missing})`,
  ].join(" ")
  const columns = [
    `${verdict} AS "verdict"`,
    'max("p95") AS "p95"',
    `max("p95") * 0 + ${limit.p95Ms} AS "limit"`,
    `${limit.p95Ms} - max("p95") AS "margin"`,
    'sum("n") AS "n"',
    'sum("failed") AS "failed"',
  ]
  return influx(
    `SELECT ${columns.join(", ")} FROM (${measured} GROUP BY "name"), (${failures} GROUP BY "name") GROUP BY "name"`,
    { table: true },
  )
}

/** The condition that leaves a limit only its own endpoints. */
function namesOf(limit: Limit, sla: Sla): string[] {
  if (limit.names) return [`"name" =~ ${anyOf(limit.names)}`]
  const others = sla.own.flatMap(({ names }) => names ?? [])
  return others.length > 0 ? [`"name" !~ ${anyOf(others)}`] : []
}

const anyOf = (names: readonly string[]): string => `/^(${names.map(escapeRegex).join("|")})$/`
