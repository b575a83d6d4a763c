import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { Influx } from "./influx.ts"

const SCRIPT = join(import.meta.dirname, "../../k6-scripts/flow.ts")
// The code of a run whose thresholds failed, which is what these runs are for.
const THRESHOLDS_FAILED = 99

export type Run = { k6Path: string; influx: Influx; testid: string; targetUrl: string }

/** Four seconds of the project's own script, at a rate that its few virtual users cannot keep up with. */
export async function runOverloaded({ k6Path, influx, testid, targetUrl }: Run): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-dashboards-"))
  const settings = {
    TARGET_URL: targetUrl,
    SCENARIO: "flow_rps",
    PERSONA: "mix",
    RATE: "30",
    MAX_VUS: "10",
    DURATION: "30",
    SCALE: "0.1",
    SUMMARY_PATH: join(folder, "summary.json"),
  }
  const set = Object.entries(settings).flatMap(([name, value]) => ["-e", `${name}=${value}`])
  const out = `influxdb=${influx.url}/${influx.database}`
  try {
    await k6(k6Path, ["run", "--quiet", "--tag", `testid=${testid}`, "--out", out, ...set, SCRIPT])
  } finally {
    await rm(folder, { recursive: true })
  }
}

function k6(path: string, args: string[]): Promise<void> {
  return new Promise((done, failed) => {
    execFile(path, args, (error, _, stderr) => {
      if (error?.code === THRESHOLDS_FAILED) done()
      else failed(new Error(`k6 was to end with failed thresholds:\n${stderr}`, { cause: error }))
    })
  })
}
