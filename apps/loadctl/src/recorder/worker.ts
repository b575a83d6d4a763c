import { once } from "node:events"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import { parentPort, workerData } from "node:worker_threads"

import { noRoomText } from "../machine/disk.ts"
import { createBuffers } from "./buffers.ts"
import type { Buffers } from "./buffers.ts"
import { createCollector } from "./collector.ts"
import type { Taken } from "./collector.ts"
import { createForwarder } from "./forward.ts"
import type { Ask, Recorded, RecorderSetup, Reply } from "./messages.ts"
import { createRecent } from "./recent.ts"
import { createRecordingFile } from "./recording-file.ts"
import { createSpool } from "./spool.ts"

const SPOOL_MEMORY_BYTES = 8 * 2 ** 20
const SPOOL_DISK_BYTES = 2 ** 30

/** The thread of the recorder: takes k6's writes, keeps them, answers, and hands them on to InfluxDB. */
async function record(setup: RecorderSetup, say: (reply: Reply) => void) {
  const { file, epochS, seriesCap, systemTags, influx, spoolFile } = setup
  const buffers = createBuffers()
  const collector = createCollector({ epochS, seriesCap, systemTags })
  const output = createRecordingFile(file, epochS)
  const recent = createRecent(epochS)
  const spool = influx
    ? createSpool({ file: spoolFile, memoryBytes: SPOOL_MEMORY_BYTES, diskBytes: SPOOL_DISK_BYTES })
    : null
  const forwarder = influx && spool ? createForwarder(influx, spool) : null
  let broken: string | null = null

  /** What cannot be kept ends the recording, not k6: its later writes are answered and counted no more. */
  function keep(body: Buffer): void {
    if (broken !== null) return
    try {
      const taken = collector.take(body)
      output.append(taken)
      recent.add(taken)
      forward(body, taken)
    } catch (error) {
      broken = brokenText(error)
      output.giveRoom()
      say({ kind: "broken", text: broken })
    }
  }

  /** The buffer of the body is free again once it is written. */
  function forward(body: Buffer, { rewritten, requests }: Taken): void {
    const free = (): void => buffers.giveBack(body)
    if (spool && rewritten === null) spool.put(body, { requests, free })
    else free()
    if (spool && rewritten !== null) spool.put(Buffer.from(rewritten, "latin1"), { requests, free: () => {} })
  }

  const address = await openAddress(setup.secret, { buffers, keep })
  say({ kind: "listening", port: address.port })

  async function finish(deadlineMs: number): Promise<Recorded> {
    address.close()
    const totals = collector.totals()
    try {
      if (broken === null) output.end(totals)
    } catch (error) {
      broken = brokenText(error)
    }
    output.close()
    const forwarded = forwarder ? await forwarder.finish(deadlineMs) : null
    await spool?.close()
    return { totals, broken, forwarded }
  }

  return { recent: () => recent.take(), finish }
}

type Receiving = { buffers: Buffers; keep: (body: Buffer) => void }

/** Listens on loopback as an InfluxDB whose only database is the secret. */
async function openAddress(secret: string, { buffers, keep }: Receiving) {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://recorder")
    if (url.pathname === "/query") response.end('{"results":[{"statement_id":0}]}')
    else if (url.pathname !== "/write" || url.searchParams.get("db") !== secret) response.writeHead(404).end()
    else {
      keep(await buffers.read(request))
      response.writeHead(204).end()
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The recorder has no port.")
  return {
    port: address.port,
    close(): void {
      server.closeAllConnections()
      server.close()
    },
  }
}

function brokenText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return noRoomText(error) ?? `The recording broke off: ${text}.`
}

if (parentPort) {
  const port = parentPort
  const say = (reply: Reply): void => port.postMessage(reply)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what startRecorder gives its thread
  const recorder = await record(workerData as RecorderSetup, say)
  port.on("message", (ask: Ask) => {
    if (ask.ask === "recent") say({ kind: "recent", id: ask.id, samples: recorder.recent() })
    else
      void recorder.finish(ask.deadlineMs).then((recorded) => say({ kind: "finished", id: ask.id, recorded }))
  })
}
