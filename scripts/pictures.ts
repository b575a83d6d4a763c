// `npm run pictures -- --run ID`: the pictures of the README, from a run that was saved. The dashboard's needs the
// InfluxDB of that run, which a private stack takes with it: `npx loadctl up` first keeps one.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"

import { Resvg } from "@resvg/resvg-js"
import { execa } from "execa"
import { z } from "zod"

import { drawLoadDashboard } from "../dashboards/src/picture/load-dashboard.ts"
import { ROOT } from "./bootstrap/paths.mjs"
import { photograph } from "./pictures/browser.ts"
import { drawTerminal } from "./pictures/terminal.ts"

const { values: flags } = parseArgs({
  options: { run: { type: "string" }, out: { type: "string", default: join(ROOT, "docs/pictures") } },
})
// As wide as a README is shown at most; wider ones would only be larger files.
const WIDTH = 1_000

const Report = z.object({ runId: z.string(), manifest: z.object({ influx: z.string().nullable() }) })

/** What `loadctl report` prints of the run, the latest one unless a flag names another. */
async function reportAs(format: string, env: Record<string, string> = {}): Promise<string> {
  const args = ["report", ...(flags.run === undefined ? [] : [flags.run]), "--format", format]
  const { stdout } = await execa(process.execPath, [join(ROOT, "apps/loadctl/src/main.ts"), ...args], {
    cwd: ROOT,
    env,
  })
  return stdout
}

async function drawVerdict(runId: string): Promise<string> {
  const file = join(flags.out, "verdict.svg")
  const text = await reportAs("text", { FORCE_COLOR: "1", NO_COLOR: "" })
  await writeFile(file, drawTerminal(`loadctl report ${runId}`, text))
  return file
}

async function photographReport(): Promise<string> {
  const picture = join(flags.out, "report.png")
  const folder = await mkdtemp(join(tmpdir(), "saleproof-pictures-"))
  try {
    const page = join(folder, "report.html")
    await writeFile(page, await reportAs("html"))
    if (await photograph({ page, picture, width: 1_200, height: 1_320 })) return picture
    throw new Error("no Chromium or Chrome is on the PATH: apt-get install chromium")
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function drawDashboard({ runId, manifest }: z.infer<typeof Report>): Promise<string> {
  const file = join(flags.out, "load-dashboard.png")
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

await mkdir(flags.out, { recursive: true })
const report = Report.parse(JSON.parse(await reportAs("json")))
const pictures = {
  "the verdict": () => drawVerdict(report.runId),
  "the HTML report": photographReport,
  "the load dashboard": () => drawDashboard(report),
}
for (const [name, draw] of Object.entries(pictures)) {
  try {
    process.stdout.write(`${await draw()}\n`)
  } catch (error) {
    process.stderr.write(`Not drawn, ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 3
  }
}
