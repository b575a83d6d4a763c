import { dataPanels, parseDashboard, readDashboard } from "../grafana/dashboard-json.ts"
import { ask } from "../grafana/influx.ts"
import type { Influx } from "../grafana/influx.ts"
import { ALL, interpolate } from "../grafana/interpolate.ts"
import { drawPage } from "./page.ts"
import { rangeOf } from "./range.ts"

/** The main panels of the load test dashboard, by title, in the order they are drawn. */
export const PANELS = [
  "p95, all endpoints",
  "Requests",
  "Failed requests",
  "Failed checks",
  "Dropped iterations",
  "Peak virtual users",
  "SLA per endpoint",
  "Requests per second",
  "Iterations offered per second",
  "p95 by endpoint",
  "p95 by step of the user",
  "Latency of all requests",
  "Parts of a request, mean",
  "Share of failed requests by endpoint",
  "Failed requests per second by endpoint",
  "Answers per second by status",
  "p95: this run and the baseline",
  "Requests per second: this run and the baseline",
]

// As many points as a panel of this width can show.
const POINTS = 120

/** Draws a run as the load test dashboard shows it, by the dashboard's own queries. Returns an SVG. */
export async function drawLoadDashboard(
  influx: Influx,
  { run, baseline = run }: { run: string; baseline?: string },
): Promise<string> {
  const dashboard = parseDashboard(readDashboard("load-test"))
  const panels = PANELS.flatMap((title) => dataPanels(dashboard).filter((panel) => panel.title === title))
  const range = await rangeOf(influx, run)
  const seconds = Math.ceil((range.to - range.from) / POINTS / 1_000)
  const values = { testid: run, baseline, scenario: ALL, name: ALL }
  const choice = { values, range, intervalMs: Math.max(1, seconds) * 1_000 }
  return drawPage(`Load test ${run}`, panels, (query) =>
    ask(influx, interpolate(query, dashboard.templating.list, choice)),
  )
}
