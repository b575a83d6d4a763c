// The recorder in a process of its own: sends its address, and when it gets a message, its figures.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { readRecording } from "@saleproof/loadctl/recorder/read.ts"
import { startRecorder } from "@saleproof/loadctl/recorder/recorder.ts"
import { findGaps } from "@saleproof/loadctl/stats/gaps.ts"
import { measure } from "@saleproof/loadctl/stats/measure.ts"
import { resolveSla } from "@saleproof/sla/resolve.ts"
import type { Replayed } from "./replay.ts"

const PLAN = {
  k6Scenarios: ["sale"],
  phases: null,
  judge: "all" as const,
  sla: resolveSla({ each: { p95: 200 } }),
  expect: [],
}

const folder = await mkdtemp(join(tmpdir(), "loadctl-replay-"))
try {
  const file = join(folder, "samples.bin")
  const recorder = await startRecorder({ file, spoolFile: join(folder, "spool"), influx: null })
  process.send?.({ out: recorder.out })
  await new Promise((written) => process.once("message", written))
  const began = performance.now()
  const { totals } = await recorder.finish(0)
  await recorder[Symbol.asyncDispose]()
  const { samples } = await readRecording(file, [])
  const { endpoints, window } = measure(samples, PLAN)
  findGaps(samples, window)
  const replayed: Replayed = {
    requests: totals.requests,
    rows: endpoints.length,
    verdictMs: performance.now() - began,
    maxRssMb: process.resourceUsage().maxRSS / 1_024,
  }
  process.send?.(replayed)
} finally {
  await rm(folder, { recursive: true, force: true })
  process.disconnect()
}
