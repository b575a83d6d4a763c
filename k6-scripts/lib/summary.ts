import type { Limits } from "./sla.ts"

type Values = Record<string, number>
type Metric = { type: string; values: Values; thresholds?: Record<string, { ok: boolean }> }

/** The part used here of what k6 hands to handleSummary(). */
export type K6Summary = {
  metrics: Record<string, Metric>
  root_group: { checks: { name: string; passes: number; fails: number }[] }
  state: { testRunDurationMs: number }
  setup_data?: { startedAt?: number }
}

/** One selection of requests; latencies in ms, null where nothing was measured. */
type Row = {
  name: string
  n: number
  failed: number
  p50: number | null
  p95: number | null
  p99: number | null
  max: number | null
}

export type Selection = { name: string; tags: string; limits: Limits }

/** What judges a run besides the raw numbers; written as `run` into the summary file. */
export type RunSummary = {
  schema: "saleproof.k6-run/1"
  /** Epoch ms at the end of setup(); null when setup() failed. */
  startedAt: number | null
  iterations: number
  /** Iterations that k6 cut off at the end; their unfinished requests are in no metric. */
  interrupted: number
  dropped: number
  overall: Row
  endpoints: Row[]
  thresholds: { metric: string; rule: string; ok: boolean }[]
  checks: { name: string; passes: number; fails: number }[]
}

export function summarize(data: K6Summary, overall: Selection, endpoints: Selection[]): RunSummary {
  const count = (metric: string): number => data.metrics[metric]?.values["count"] ?? 0
  const iterations = count("iterations")
  return {
    schema: "saleproof.k6-run/1",
    startedAt: data.setup_data?.startedAt ?? null,
    iterations,
    interrupted: count("iterations_started") - iterations,
    dropped: count("dropped_iterations"),
    overall: rowOf(data, overall),
    endpoints: endpoints.map((endpoint) => rowOf(data, endpoint)),
    // Sorted, because k6 hands its metrics over in another order every time.
    thresholds: Object.keys(data.metrics)
      .toSorted()
      .flatMap((metric) => rulesOf(data, metric)),
    checks: data.root_group.checks.map(({ name, passes, fails }) => ({ name, passes, fails })),
  }
}

function rulesOf(data: K6Summary, metric: string): RunSummary["thresholds"] {
  const rules = Object.entries(data.metrics[metric]?.thresholds ?? {})
  return rules.map(([rule, { ok }]) => ({ metric, rule, ok }))
}

function rowOf(data: K6Summary, { name, tags }: Selection): Row {
  const durations = data.metrics[`http_req_duration{${tags}}`]?.values ?? {}
  const n = data.metrics[`http_reqs{${tags}}`]?.values["count"] ?? 0
  // In a Rate, "passes" counts what was true: here, the requests that failed.
  const failed = data.metrics[`http_req_failed{${tags}}`]?.values["passes"] ?? 0
  const stat = (key: string): number | null => (n > 0 ? (durations[key] ?? null) : null)
  return { name, n, failed, p50: stat("med"), p95: stat("p(95)"), p99: stat("p(99)"), max: stat("max") }
}

const COLUMNS = ["p50", "p95", "p99", "max"] as const

/** The summary for a run of k6 by hand. */
export function renderText(title: string, run: RunSummary): string {
  const crossed = run.thresholds.filter(({ ok }) => !ok)
  const broken = run.checks.filter(({ fails }) => fails > 0)
  const rows = [...run.endpoints, run.overall]
  const width = Math.max(...rows.map(({ name }) => name.length))
  return [
    "",
    `${crossed.length === 0 ? "PASS" : "FAIL"}  ${title}: ${run.iterations} iterations, ${run.interrupted} cut off, ${run.dropped} dropped`,
    ...crossed.map(({ metric, rule }) => `  crossed  ${metric} ${rule}`),
    ...broken.map(({ name, passes, fails }) => `  broken   ${name} (${fails} of ${passes + fails})`),
    "",
    `  ${"".padEnd(width)} ${["n", "failed", ...COLUMNS].map(cell).join("")}  (ms)`,
    ...rows.map((row) => `  ${row.name.padEnd(width)} ${cellsOf(row)}`),
    "",
    "",
  ].join("\n")
}

function cellsOf(row: Row): string {
  const latencies = COLUMNS.map((column) => row[column]?.toFixed(1) ?? "-")
  return [String(row.n), String(row.failed), ...latencies].map(cell).join("")
}

const cell = (text: string): string => text.padStart(9)
