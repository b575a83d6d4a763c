import { mkdir, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import process from "node:process"

import { Resvg } from "@resvg/resvg-js"

import { complain, readCommandLine } from "../../scripts/command-line.ts"
import { drawLoadDashboard } from "./picture/load-dashboard.ts"

const USAGE = `Usage: npm run dashboards:picture -- --run ID [options]

Draws the load test dashboard of a run as its InfluxDB tells of it, which "npx loadctl up" keeps.

  --run ID         the run
  --baseline ID    another one beside it
  --influx URL     http://127.0.0.1:8086 by default
  --database NAME  k6 by default
  --out FILE       .svg or .png; docs/pictures/load-dashboard.png by default

Exit codes: 0 drawn, 1 a bug of this program, 2 bad options, 3 InfluxDB does not tell of the run.
`

async function draw(): Promise<number> {
  const flags = readCommandLine(USAGE, {
    run: { type: "string" },
    baseline: { type: "string" },
    influx: { type: "string", default: "http://127.0.0.1:8086" },
    database: { type: "string", default: "k6" },
    out: { type: "string", default: "docs/pictures/load-dashboard.png" },
  })
  if (typeof flags === "number") return flags
  const { run, baseline, influx: url, database, out } = flags
  if (run === undefined) return complain("--run ID says which run to draw.", USAGE)
  const runs = { run, ...(baseline !== undefined && { baseline }) }
  let svg: string
  try {
    svg = await drawLoadDashboard({ url, database }, runs)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`error: InfluxDB at ${url} does not tell of the run ${run}: ${reason}\n`)
    return 3
  }
  await mkdir(dirname(out), { recursive: true })
  await writeFile(out, out.endsWith(".svg") ? svg : new Resvg(svg).render().asPng())
  return 0
}

process.exitCode = await draw()
