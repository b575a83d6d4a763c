import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { InfluxSettings } from "@saleproof/loadctl/influx/client.ts"

const SCRIPT = join(import.meta.dirname, "../../k6-scripts/flow.ts")
const PASSED = 0
const THRESHOLDS_FAILED = 99

type Target = { k6Path: string; targetUrl: string }

/** Four seconds of the project's own script, at a rate that its few virtual users cannot keep up with. */
export async function runOverloaded({
  influx: { url, database },
  testid,
  ...target
}: Target & { influx: InfluxSettings; testid: string }): Promise<void> {
  const settings = { SCENARIO: "flow_rps", RATE: "30", MAX_VUS: "10", DURATION: "30", SCALE: "0.1" }
  const args = ["--tag", `testid=${testid}`, "--out", `influxdb=${url}/${database}`]
  await runScript(target, { settings, args, exitCodes: [THRESHOLDS_FAILED] })
}

/** A few visits of every persona, whether or not they are served in time. */
export async function runSmoke(target: Target): Promise<void> {
  await runScript(target, {
    settings: { SCENARIO: "smoke" },
    args: [],
    exitCodes: [PASSED, THRESHOLDS_FAILED],
  })
}

type Run = { settings: Record<string, string>; args: string[]; exitCodes: (string | number)[] }

async function runScript({ k6Path, targetUrl }: Target, { settings, args, exitCodes }: Run): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-dashboards-"))
  const set = Object.entries({
    TARGET_URL: targetUrl,
    PERSONA: "mix",
    SUMMARY_PATH: join(folder, "summary.json"),
    ...settings,
  }).flatMap(([name, value]) => ["-e", `${name}=${value}`])
  try {
    const { code, stderr } = await k6(k6Path, ["run", "--quiet", ...args, ...set, SCRIPT])
    if (!exitCodes.includes(code)) throw new Error(`k6 exited with ${code}:\n${stderr}`)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function k6(path: string, args: string[]): Promise<{ code: string | number; stderr: string }> {
  return new Promise((done) => {
    execFile(path, args, (error, _, stderr) =>
      done({ code: error ? (error.code ?? "a signal") : PASSED, stderr }),
    )
  })
}
