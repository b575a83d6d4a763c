import assert from "node:assert/strict"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"

import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"
import { call } from "./caller.ts"
import { LoadPlan } from "./model.ts"
import type { LoadEvent, Requests } from "./model.ts"

const send = (event: LoadEvent) => process.send?.(event)

process.once("message", (message) => void run(LoadPlan.parse(message)))
// Ctrl-C reaches the whole group; the parent decides when this process ends.
process.on("SIGINT", () => undefined)
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))

async function run(plan: LoadPlan): Promise<void> {
  const { url, moreUrls = [], callers, warmUpMs, measureMs, pauseMs, keyed, requests } = plan
  const servers = [url, ...moreUrls].map((at) => new URL(at))
  const { host } = new URL(url)
  const next = keyed ? keyedRequests(host, requests) : sameRequests(host, requests)
  const latencies = { accepted: [] as number[], refused: [] as number[] }
  let measuring = false
  let failed = 0
  let acceptedEver = 0

  function onAnswer({ status, ms }: { status: number; ms: number }) {
    const accepted = status === 200 || status === 201
    if (accepted) acceptedEver++
    if (!measuring) return
    if (accepted) latencies.accepted.push(ms)
    else if (status === 503) latencies.refused.push(ms)
    else failed++
  }

  const stop = new AbortController()
  const calls = Array.from({ length: callers }, async (_, index) => {
    const server = servers[index % servers.length]
    assert(server, "there is at least one server")
    const { hostname, port } = server
    await call({ host: hostname, port: Number(port), next: next(index), pauseMs, onAnswer }, stop.signal)
    // It was not asked to stop, so its connection broke.
    if (!stop.signal.aborted) failed++
  })
  await sleep(warmUpMs)
  measuring = true
  send({ event: "warm" })
  await sleep(measureMs)
  measuring = false
  const [accepted, refused] = [answers(latencies.accepted), answers(latencies.refused)]
  send({ event: "done", accepted, acceptedEver, refused, failed })
  stop.abort()
  await Promise.all(calls)
  process.disconnect()
}

/** Made once: the machine has no CPU to spare. */
function sameRequests(host: string, requests: Requests) {
  const buffers = requests.map((request) => requestBytes(host, request))
  return (caller: number) => {
    const buffer = buffers[caller % buffers.length]
    if (!buffer) throw new Error("A plan without requests")
    return () => buffer
  }
}

/** One request per caller, in which only the number at the end of the key changes: nothing is made anew. */
function keyedRequests(host: string, requests: Requests) {
  const run = crypto.randomUUID()
  return (caller: number) => {
    const request = requests[caller % requests.length]
    if (!request) throw new Error("A plan without requests")
    const key = `${run}-${caller}-${"0".repeat(COUNT_DIGITS)}`
    const bytes = requestBytes(host, request, `Idempotency-Key: ${key}\r\n`)
    const keyEnd = bytes.indexOf(key) + key.length
    return () => {
      increment(bytes, keyEnd)
      return bytes
    }
  }
}

const COUNT_DIGITS = 8
const ZERO = 0x30
const NINE = 0x39

/** Adds one to the decimal number that ends before `end`. */
function increment(bytes: Buffer, end: number): void {
  let at = end - 1
  while (bytes[at] === NINE) bytes[at--] = ZERO
  bytes.writeUInt8(bytes.readUInt8(at) + 1, at)
}

function requestBytes(host: string, { method = "POST", path, body }: Requests[number], header = ""): Buffer {
  const type = body === "" ? "" : "Content-Type: application/json\r\n"
  const length = Buffer.byteLength(body)
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${type}${header}Content-Length: ${length}\r\n\r\n${body}`,
  )
}

function answers(latencies: number[]) {
  const sorted = sortNumbers(latencies)
  const at = (q: number) => (sorted ? quantile(sorted, q) : 0)
  return { count: latencies.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
