import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

import { z } from "zod"

const Listening = z.object({ out: z.string() })
const Result = z.object({
  requests: z.number(),
  rows: z.number(),
  verdictMs: z.number(),
  maxRssMb: z.number(),
})

/** What a replay came to, as its process says. */
export type Replayed = z.infer<typeof Result>
export type ReplayResult = Replayed & { writeS: number }

const PER_WRITE = 1_000
const NAMES = ["list", "show", "claim", "order", "pay"]
const PARTS = ["blocked", "connecting", "tls_handshaking", "sending", "waiting", "receiving"]
const EPOCH_NS = 1_790_000_000n * 1_000_000_000n

/** Writes so many requests, with a check each, into a recorder of its own process, as k6 writes them. */
export async function replay(requests: number, signal: AbortSignal): Promise<ReplayResult> {
  const child = fork(join(import.meta.dirname, "replay-process.ts"), { signal })
  try {
    const [message]: unknown[] = await once(child, "message", { signal })
    const { out } = Listening.parse(message)
    const address = new URL(out.slice("influxdb=".length))
    const target = new URL(`write?db=${address.pathname.slice(1)}&precision=n`, address.origin)
    const began = performance.now()
    for (let first = 0; first < requests; first += PER_WRITE) {
      const body = writeOf(first, Math.min(PER_WRITE, requests - first))
      const response = await fetch(target, { method: "POST", body, signal })
      if (response.status !== 204) throw new Error(`the recorder answered ${response.status}`)
    }
    const writeS = (performance.now() - began) / 1_000
    const answer = once(child, "message", { signal })
    child.send("written")
    const [result]: unknown[] = await answer
    return { ...Result.parse(result), writeS }
  } finally {
    if (child.exitCode === null) child.kill()
  }
}

/** One flush: nine points a request and one for its check, k6's tags and order of fields. */
function writeOf(first: number, count: number): string {
  const lines: string[] = []
  for (let index = first; index < first + count; index += 1) {
    const name = NAMES[index % NAMES.length]!
    const tags =
      `expected_response=true,group=,method=GET,name=${name},proto=HTTP/1.1,scenario=sale,status=200,` +
      `testid=20261125-120000-sale-3f9a,tls_version=`
    const at = EPOCH_NS + BigInt(index) * 20_000n
    const url = `url="http://127.0.0.1:8080/${name}"`
    // A tail as latencies have it.
    const ms = 2 + ((index * 7_919) % 1_000) ** 2 / 20_000
    const point = (metric: string, value: number): void => {
      lines.push(`${metric},${tags} ${url},value=${value} ${at}`)
    }
    point("http_reqs", 1)
    point("http_req_duration", ms)
    for (const part of PARTS) point(`http_req_${part}`, ms / 7)
    point("http_req_failed", 0)
    lines.push(`checks,check=is\\ 200,scenario=sale,testid=20261125-120000-sale-3f9a value=1 ${at}`)
  }
  return lines.join("\n")
}
