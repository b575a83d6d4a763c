// `npm run pictures -- --run ID`: the pictures of the README, from a run that was saved. The dashboard's needs the
// InfluxDB of that run, which a private stack takes with it: `npx loadctl up` first keeps one.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { Resvg } from "@resvg/resvg-js"
import { execa, ExecaError } from "execa"
import { z } from "zod"

import { drawLoadDashboard } from "../dashboards/src/picture/load-dashboard.ts"
import { ROOT } from "./bootstrap/paths.mjs"
import { readCommandLine } from "./command-line.ts"
import { photograph } from "./pictures/browser.ts"
import { drawTerminal } from "./pictures/terminal.ts"

const USAGE = `Usage: npm run pictures -- [options]

Draws the pictures of the README: the verdict, the HTML report and the load test dashboard of a run that was saved.

  --run ID   the run; the latest by default
  --out DIR  docs/pictures by default

Exit codes: 0 drawn, 1 a bug of this program, 2 bad options or no such run, 3 one of them could not be drawn.
`
// As wide as a README is shown at most; wider ones would only be larger files.
const WIDTH = 1_000

const Report = z.object({ runId: z.string(), manifest: z.object({ influx: z.string().nullable() }) })

/** What `loadctl report` prints of the run, the latest one when none is named. */
async function reportAs(
  format: string,
  { run, env = {} }: { run: string | undefined; env?: Record<string, string> },
): Promise<string> {
  const args = ["report", ...(run === undefined ? [] : [run]), "--format", format]
  const { stdout } = await execa(process.execPath, [join(ROOT, "apps/loadctl/src/main.ts"), ...args], {
    cwd: ROOT,
    env,
  })
  return stdout
}

async function drawVerdict(out: string, runId: string): Promise<string> {
  const file = join(out, "verdict.svg")
  const text = await reportAs("text", { run: runId, env: { FORCE_COLOR: "1", NO_COLOR: "" } })
  await writeFile(file, drawTerminal(`loadctl report ${runId}`, text))
  return file
}

async function photographReport(out: string, runId: string): Promise<string> {
  const picture = join(out, "report.png")
  const folder = await mkdtemp(join(tmpdir(), "saleproof-pictures-"))
  try {
    const page = join(folder, "report.html")
    await writeFile(page, await reportAs("html", { run: runId }))
    if (await photograph({ page, picture, width: 1_200, height: 1_320 })) return picture
    throw new Error("no Chromium or Chrome is on the PATH: apt-get install chromium")
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function drawDashboard(out: string, { runId, manifest }: z.infer<typeof Report>): Promise<string> {
  const file = join(out, "load-dashboard.png")
  if (manifest.influx === null) throw new Error("the run knew no InfluxDB")
  const svg = await drawLoadDashboard({ url: manifest.influx, database: "k6" }, { run: runId }).catch(
    (error: unknown) => {
      const hint = "npx loadctl up before the run keeps it"
      throw new Error(`the run's InfluxDB at ${manifest.influx} does not tell of it; ${hint}`, {
        cause: error,
      })
    },
  )
  await writeFile(file, new Resvg(svg, { fitTo: { mode: "width", value: WIDTH } }).render().asPng())
  return file
}

async function draw(): Promise<number> {
  const flags = readCommandLine(USAGE, {
    run: { type: "string" },
    out: { type: "string", default: join(ROOT, "docs/pictures") },
  })
  if (typeof flags === "number") return flags
  const { run, out } = flags
  const found = await reportAs("json", { run }).catch((error: unknown) => {
    if (error instanceof ExecaError) return error
    throw error
  })
  if (typeof found !== "string") return (process.stderr.write(`${String(found.stderr)}\n`), 2)
  const report = Report.parse(JSON.parse(found))
  await mkdir(out, { recursive: true })
  const pictures = {
    "the verdict": () => drawVerdict(out, report.runId),
    "the HTML report": () => photographReport(out, report.runId),
    "the load dashboard": () => drawDashboard(out, report),
  }
  let missing = 0
  for (const [name, drawOne] of Object.entries(pictures)) {
    try {
      process.stdout.write(`${await drawOne()}\n`)
    } catch (error) {
      missing++
      process.stderr.write(`Not drawn, ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  return missing === 0 ? 0 : 3
}

process.exitCode = await draw()
