import type { InfluxSettings } from "@saleproof/loadctl/influx/client.ts"

import { k6 } from "../../k6-scripts/test/k6.ts"

const PASSED = 0
const THRESHOLDS_FAILED = 99

type Overloaded = { influx: InfluxSettings; testid: string; targetUrl: string }

/** Four seconds of the project's own script, at a rate that its few virtual users cannot keep up with. */
export async function runOverloaded({ influx, testid, targetUrl }: Overloaded): Promise<void> {
  const load = { SCENARIO: "flow_rps", RATE: "30", MAX_VUS: "10", DURATION: "30", SCALE: "0.1" }
  const flags = ["--tag", `testid=${testid}`, "--out", `influxdb=${influx.url}/${influx.database}`]
  const { exitCode, stderr } = await k6({ ...load, PERSONA: "mix", TARGET_URL: targetUrl }, flags)
  if (exitCode !== THRESHOLDS_FAILED) throw new Error(`k6 exited with ${exitCode}:\n${stderr}`)
}

/** A few visits of every persona, whether or not they are served in time. */
export async function runSmoke(targetUrl: string): Promise<void> {
  const { exitCode, stderr } = await k6({ SCENARIO: "smoke", PERSONA: "mix", TARGET_URL: targetUrl })
  if (exitCode !== PASSED && exitCode !== THRESHOLDS_FAILED)
    throw new Error(`k6 exited with ${exitCode}:\n${stderr}`)
}
