import { mkdir, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { parseArgs } from "node:util"

import { Resvg } from "@resvg/resvg-js"

import { drawLoadDashboard } from "./picture/load-dashboard.ts"

const { values: flags } = parseArgs({
  options: {
    run: { type: "string" },
    baseline: { type: "string" },
    influx: { type: "string", default: "http://127.0.0.1:8086" },
    database: { type: "string", default: "k6" },
    out: { type: "string", default: "docs/pictures/load-dashboard.png" },
  },
})
const { run, baseline, influx: url, database, out } = flags
if (run === undefined) throw new Error("--run ID says which run to draw.")

const svg = await drawLoadDashboard(
  { url, database },
  { run, ...(baseline === undefined ? {} : { baseline }) },
)
await mkdir(dirname(out), { recursive: true })
await writeFile(out, out.endsWith(".svg") ? svg : new Resvg(svg).render().asPng())
