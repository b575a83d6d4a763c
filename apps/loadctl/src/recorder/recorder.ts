import { randomBytes } from "node:crypto"
import { Worker } from "node:worker_threads"

import type { InfluxSettings } from "../influx/client.ts"
import type { Ask, Recorded, RecorderSetup, Reply } from "./messages.ts"
import type { SampleSeries } from "./recording.ts"

/** Takes what k6 writes while it runs. Disposing stops it, whatever state it is in. */
export type Recorder = AsyncDisposable & {
  /** For k6's --out; every option is in it, so that the environment's are for an output of the user's own. */
  out: string
  /** Aborted, with the reason, when what k6 writes cannot be kept any more. */
  broken: AbortSignal
  /** The requests since it was last asked. */
  recent: () => Promise<SampleSeries[]>
  /** After k6's end: waits for InfluxDB, at most so long, and says what was recorded. */
  finish: (deadlineMs: number) => Promise<Recorded>
}

export type RecorderOptions = {
  file: string
  spoolFile: string
  influx: InfluxSettings | null
  /** The tags that k6 itself gives to samples; null or absent where that is not known. */
  systemTags?: readonly string[] | null
  seriesCap?: number
}

const SERIES_CAP = 20_000
// Points of a whole second, written at once, would make the requests of that moment look slow.
const OUT_OPTIONS = [
  "pushInterval=500ms",
  "concurrentWrites=4",
  "precision=ns",
  "tagsAsFields=vu",
  "tagsAsFields=iter",
  "tagsAsFields=url",
].join("&")
// Enough for the writes of several seconds; what it keeps does not grow.
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 }

/** Opens the recorder's address on loopback and makes its file, which must not exist. Throws what the disk says. */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const secret = randomBytes(16).toString("hex")
  const { seriesCap = SERIES_CAP, systemTags = null, ...given } = options
  const setup: RecorderSetup = {
    ...given,
    seriesCap,
    systemTags,
    secret,
    epochS: Math.floor(Date.now() / 1_000),
  }
  // Built, the thread's file has the same ending as this one.
  const thread = new URL(
    `./worker${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`,
    import.meta.url,
  )
  const worker = new Worker(thread, { workerData: setup, resourceLimits: LIMITS, execArgv: [] })
  const failure = new AbortController()
  const listening = Promise.withResolvers<number>()
  const waiting = new Map<number, PromiseWithResolvers<Reply>>()
  let asked = 0

  worker.on("message", (reply: Reply) => {
    if (reply.kind === "listening") listening.resolve(reply.port)
    else if (reply.kind === "broken") failure.abort(reply.text)
    else waiting.get(reply.id)?.resolve(reply)
  })
  const died = (error: Error): void => {
    failure.abort(`The recorder failed: ${error.message}.`)
    listening.reject(error)
    for (const { reject } of waiting.values()) reject(error)
  }
  worker.on("error", died)
  worker.on("exit", () => died(new Error("its thread ended")))

  async function ask<K extends "recent" | "finished">(
    kind: K,
    question: (id: number) => Ask,
  ): Promise<Extract<Reply, { kind: K }>> {
    const id = (asked += 1)
    const answer = Promise.withResolvers<Reply>()
    waiting.set(id, answer)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(question(id))
    const reply = await answer.promise.finally(() => waiting.delete(id))
    if (reply.kind !== kind) throw new Error(`The recorder answered ${reply.kind} to ${kind}.`)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its kind distinguishes the replies
    return reply as Extract<Reply, { kind: K }>
  }

  const port = await listening.promise
  return {
    out: `influxdb=http://127.0.0.1:${port}/${secret}?${OUT_OPTIONS}`,
    broken: failure.signal,
    recent: async () => (await ask("recent", (id) => ({ ask: "recent", id }))).samples,
    finish: async (deadlineMs) =>
      (await ask("finished", (id) => ({ ask: "finish", id, deadlineMs }))).recorded,
    [Symbol.asyncDispose]: async () => {
      worker.off("exit", died)
      await worker.terminate()
    },
  }
}
