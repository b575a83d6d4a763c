// One load by one way of keeping its samples, in a process of its own: what it and its k6 used of the CPU.
import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { gzipSync } from "node:zlib"

import { execa } from "execa"

import { createInflux } from "@saleproof/loadctl/influx/client.ts"
import { readSamples } from "@saleproof/loadctl/influx/samples.ts"
import { askInflux } from "@saleproof/loadctl/influx/witness.ts"
import { readRecording } from "@saleproof/loadctl/recorder/read.ts"
import { startRecorder } from "@saleproof/loadctl/recorder/recorder.ts"
import type { SampleSeries } from "@saleproof/loadctl/recorder/recording.ts"
import { measure } from "@saleproof/loadctl/stats/measure.ts"
import { resolveSla } from "@saleproof/sla/resolve.ts"
import { familyCpuSeconds } from "../environment/processes.ts"
import type { Used } from "./run.ts"

/** The input of the process, as JSON. */
export type Task = {
  way: "direct" | "recorder"
  k6: string
  influxUrl: string
  targetUrl: string
  seconds: number
  runId: string
}

const PLAN = {
  k6Scenarios: ["sale"],
  phases: null,
  judge: "all" as const,
  sla: resolveSla({ each: { p95: 200 } }),
  expect: [],
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what run.ts gives its process
const task = JSON.parse(process.argv[2] ?? "") as Task
const influx = { url: task.influxUrl, database: "recording" }
const client = createInflux(influx)
const folder = await mkdtemp(join(tmpdir(), "loadctl-recording-"))
try {
  const samples = task.way === "direct" ? await throughInflux() : await throughRecorder()
  const { overall } = measure(samples, PLAN)
  const used: Used = { cpuS: cpuSeconds(), requests: overall.n }
  process.stdout.write(JSON.stringify(used))
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** As before there was a recorder: k6 writes to InfluxDB, which is read while the load runs and at its end. */
async function throughInflux(): Promise<SampleSeries[]> {
  const from = Date.now() - 1_000
  let seen = from
  await load(`influxdb=${influx.url.replace(/\/$/, "")}/${influx.database}?pushInterval=500ms`, async () => {
    const to = Date.now() - 2_000
    if (to > seen) await readSamples(client, task.runId, { from: seen, to }).catch(() => [])
    seen = Math.max(seen, to)
  })
  const samples = await readSamples(client, task.runId, { from, to: Date.now() + 1_000 })
  const rows = samples.map((one) => ({ ...one, at: Array.from(one.at), ms: Array.from(one.ms) }))
  await writeFile(join(folder, "samples.json.gz"), gzipSync(JSON.stringify(rows)))
  return samples
}

async function throughRecorder(): Promise<SampleSeries[]> {
  const file = join(folder, "samples.bin")
  await using recorder = await startRecorder({ file, spoolFile: join(folder, "spool"), influx })
  await load(recorder.out, async () => void (await recorder.recent()))
  await recorder.finish(15_000)
  const { samples } = await readRecording(file, [])
  await askInflux(client, task.runId, new AbortController().signal)
  return samples
}

async function load(out: string, look: () => Promise<void>): Promise<void> {
  const args = ["run", "--quiet", "--tag", `testid=${task.runId}`, "--out", out]
  const env = { TARGET_URL: task.targetUrl, DURATION: `${task.seconds}s`, K6_NO_USAGE_REPORT: "true" }
  const k6 = execa(task.k6, [...args, join(import.meta.dirname, "steady.js")], { env, stdio: "ignore" })
  const state = { over: false }
  const looking = (async () => {
    while (!state.over) {
      await sleep(1_000)
      await look()
    }
  })()
  await k6
  state.over = true
  await looking
}

/** Of this process with its threads, and of the k6 that it waited for. */
function cpuSeconds(): number {
  const cpuS = familyCpuSeconds(process.pid)
  assert(cpuS !== null, "recording is measured on Linux alone")
  return cpuS
}
