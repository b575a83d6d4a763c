import { z } from "zod"

import type { Read } from "../sla/metrics.ts"
import { seenInstead } from "../sla/seen.ts"
import type { Window } from "../stats/model.ts"

/** A Prometheus, or a server with its HTTP API. */
export type Prometheus = { url: string; headers: Record<string, string>; signal: AbortSignal }

const TIMEOUT_MS = 30_000
// Prometheus refuses more than 11,000.
const MOST_POINTS = 1_000

const Matrix = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()).default({}),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
})
const Names = z.object({ data: z.array(z.string()) })
const Refusal = z.object({ error: z.string() })

/** What a PromQL query gave at each second of a window, or why it gave nothing. Values that are NaN are left out. */
export async function queryPrometheus(
  prometheus: Prometheus,
  query: string,
  window: Window,
): Promise<Read | { reason: string }> {
  const [start, end] = [window.from / 1_000, window.to / 1_000]
  const step = Math.max(1, Math.ceil((end - start) / MOST_POINTS))
  const range = { query, start: String(start), end: String(end), step: String(step) }
  const answer = await ask(prometheus, "api/v1/query_range", range)
  if ("reason" in answer) return answer
  const matrix = Matrix.safeParse(answer.json)
  if (!matrix.success) return { reason: "Prometheus answered in a form that is not known." }
  const series = matrix.data.data.result.flatMap(({ metric, values }) => {
    const numbers = values.map(([, text]) => numberOf(text)).filter((value) => !Number.isNaN(value))
    return numbers.length === 0 ? [] : [{ labels: labelsText(metric), values: numbers }]
  })
  const points = new Set(matrix.data.data.result.flatMap(({ values }) => values.map(([at]) => at))).size
  const wanted = Math.floor((end - start) / step) + 1
  if (series.length > 0) return { series, unseen: unseenText(points, wanted) }
  return { reason: await whyNothing(prometheus, query, { hadSeries: matrix.data.data.result.length > 0 }) }
}

/** A query that was without a value for most of the load says little of it; NaN is a value. */
function unseenText(points: number, wanted: number): string | undefined {
  return points < wanted / 2
    ? `the query gave a value at ${points} of ${wanted} points of the load only.`
    : undefined
}

/** Names of the query that Prometheus does not know; where it knows them all, their series had no value then. */
async function whyNothing(
  prometheus: Prometheus,
  query: string,
  { hadSeries }: { hadSeries: boolean },
): Promise<string> {
  if (hadSeries) return "the query gave NaN throughout."
  const answer = await ask(prometheus, "api/v1/label/__name__/values", {})
  const names = "reason" in answer ? null : Names.safeParse(answer.json)
  if (!names?.success) return "the query gave no value during the load."
  const unknown = metricNamesIn(query).find((name) => !names.data.data.includes(name))
  return unknown === undefined
    ? "the query gave no value during the load."
    : `Prometheus knows no metric ${unknown}.${seenInstead(unknown, names.data.data, "metrics")}`
}

/** Identifiers before a brace, a bracket, or an end of an expression: metrics, as far as that can be seen from outside. */
function metricNamesIn(query: string): string[] {
  const bare = query.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""').replaceAll(/\{[^}]*\}/g, "{}")
  const grouped = bare.replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "")
  return [...grouped.matchAll(/[A-Za-z_:][\w:]*(?!\w|\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !/^(?:and|or|unless|bool|offset|by|without|inf|nan|\d.*)$/i.test(name))
}

type Answer = { json: unknown } | { reason: string }

async function ask(
  { url, headers, signal }: Prometheus,
  path: string,
  query: Record<string, string>,
): Promise<Answer> {
  const place = new URL(path, `${url.replace(/\/$/, "")}/`)
  place.search = new URLSearchParams(query).toString()
  try {
    const response = await fetch(place, {
      headers,
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), signal]),
    })
    const text = await response.text()
    const json: unknown = parseJson(text)
    if (response.ok && json !== undefined) return { json }
    const refusal = Refusal.safeParse(json)
    return {
      reason: refusal.success
        ? `Prometheus refused the query: ${refusal.data.error}.`
        : `${place.origin} answered ${response.status}, not as a Prometheus does.`,
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return {
      reason: `Prometheus at ${place.origin} did not answer: ${cause instanceof Error ? cause.message : String(cause)}.`,
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function numberOf(text: string): number {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity
  return Number(text)
}

function labelsText(metric: Record<string, string>): string {
  const { __name__: name = "", ...labels } = metric
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return name === "" && pairs.length === 0
    ? ""
    : ` (${name}${pairs.length > 0 ? `{${pairs.join(", ")}}` : ""})`
}
