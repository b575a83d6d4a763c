import { writeFile } from "node:fs/promises"
import { parseArgs } from "node:util"

import { Resvg } from "@resvg/resvg-js"

import { dataPanels, parseDashboard, readDashboard } from "./grafana/dashboard-json.ts"
import { ask } from "./grafana/influx.ts"
import { ALL, interpolate } from "./grafana/interpolate.ts"
import { drawPage } from "./picture/page.ts"
import { rangeOf } from "./picture/range.ts"

const PANELS = [
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

const { values: flags } = parseArgs({
  options: {
    run: { type: "string" },
    baseline: { type: "string" },
    influx: { type: "string", default: "http://127.0.0.1:8086" },
    database: { type: "string", default: "k6" },
    out: { type: "string", default: "docs/pictures/load-dashboard.png" },
  },
})
if (flags.run === undefined) throw new Error("--run ID says which run to draw.")

const influx = { url: flags.influx, database: flags.database }
const dashboard = parseDashboard(readDashboard("load-test"))
const range = await rangeOf(influx, flags.run)
const choice = {
  values: { testid: flags.run, baseline: flags.baseline ?? flags.run, scenario: ALL, name: ALL },
  range,
  intervalMs: Math.max(1_000, Math.ceil((range.to - range.from) / 120_000) * 1_000),
}
const panels = PANELS.flatMap((title) => dataPanels(dashboard).filter((panel) => panel.title === title))
const svg = await drawPage(`Load test ${flags.run}`, panels, (query) =>
  ask(influx, interpolate(query, dashboard.templating.list, choice)),
)
await writeFile(flags.out, flags.out.endsWith(".png") ? new Resvg(svg).render().asPng() : svg)
