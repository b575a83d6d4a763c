import type { Envelope } from "../report/envelope.ts"
import { beginReport } from "../report/envelope.ts"
import { createServer } from "node:http"
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import process from "node:process"

import { listen } from "@saleproof/stack/listen.ts"
import { execa } from "execa"
import { z } from "zod"

import type { Io } from "@saleproof/command/io.ts"
import { provideK6 } from "@saleproof/stack/provide/k6.ts"
import { lineProgress } from "@saleproof/stack/provide/progress.ts"
import { startStack } from "@saleproof/stack/start.ts"

import { median } from "../report/statistics.ts"
import type { Task } from "./pair-process.ts"
import { medianInterval } from "./interval.ts"
import { replay } from "./replay.ts"
import type { ReplayResult } from "./replay.ts"

export type Pair = { direct: number; recorder: number; ratio: number }

/** What `docs/results/recording.json` holds. CPU in seconds. */
export type RecordingReport = Envelope & {
  schema: "saleproof.recording/1"
  perSecond: number
  seconds: number
  pairs: Pair[]
  /** The recorder's way against the one before it, with the order statistics that cover it to at least 95 %. */
  ratio: { median: number; interval: [number, number] | null } | null
  replay: ReplayResult | null
}

const PER_SECOND = 2_000
// A short run: what the recorder needs to start counts for more in one, and for less in one of minutes.
const SECONDS = 15
const Used = z.object({ cpuS: z.number(), requests: z.number() })
export type Used = z.infer<typeof Used>

/** Measures what recording costs beside k6 writing to InfluxDB itself, and replays a long run into the recorder. */
export async function runRecording(options: {
  io: Io
  quick: boolean
  count: number
}): Promise<RecordingReport> {
  const { io, quick } = options
  const finish = beginReport({ io, quick, args: "recording" })
  const seconds = quick ? 3 : SECONDS
  const pairs: Pair[] = []
  let replayed: ReplayResult | null = null
  try {
    await measurePairs({ io, count: options.count, seconds, pairs })
    replayed = await replay(quick ? 100_000 : 5_000_000, io.interrupted)
  } catch (error) {
    // What was measured until Ctrl-C is worth keeping.
    if (!io.interrupted.aborted) throw error
  }
  const ratios = pairs.map(({ ratio }) => ratio)
  return {
    schema: "saleproof.recording/1",
    ...(await finish()),
    perSecond: PER_SECOND,
    seconds,
    pairs,
    ratio: ratios.length === 0 ? null : { median: median(ratios), interval: medianInterval(ratios) },
    replay: replayed,
  }
}

type Pairing = { io: Io; count: number; seconds: number; pairs: Pair[] }

/** Both ways in turns, the first of each pair alternating. */
async function measurePairs({ io, count, seconds, pairs }: Pairing): Promise<void> {
  const progress = lineProgress(io.stderr)
  const k6 = await provideK6({ env: io.env, progress, signal: io.interrupted })
  await using stack = await startStack({ env: io.env, progress, services: ["influxdb"] })
  await using target = await listen(createServer((_, response) => response.end("{}")))
  const given = {
    k6,
    seconds,
    influxUrl: stack.urls.influxUrl,
    targetUrl: `${target.url}/`,
  }
  for (let index = 0; index < count; index += 1) {
    const pair = { direct: 0, recorder: 0 }
    const order = index % 2 === 0 ? (["direct", "recorder"] as const) : (["recorder", "direct"] as const)
    for (const way of order) pair[way] = await measureWay({ ...given, way, runId: newId() }, io)
    pairs.push({ ...pair, ratio: pair.recorder / pair.direct })
    io.stderr(`[pair ${index + 1}] direct ${pair.direct} s, recorder ${pair.recorder} s of CPU\n`)
  }
}

function newId(): string {
  return `recording-${randomBytes(4).toString("hex")}`
}

async function measureWay(task: Task, { interrupted }: Io): Promise<number> {
  const file = join(import.meta.dirname, "pair-process.ts")
  const { stdout } = await execa(process.execPath, [file, JSON.stringify(task)], {
    cancelSignal: interrupted,
  })
  const { cpuS, requests } = Used.parse(JSON.parse(stdout))
  // Fewer requests would cost less, whatever the way.
  if (requests < 0.95 * PER_SECOND * task.seconds)
    throw new Error(`${task.way}: only ${requests} requests in ${task.seconds} s: the machine is too busy.`)
  return (cpuS / requests) * PER_SECOND * task.seconds
}
