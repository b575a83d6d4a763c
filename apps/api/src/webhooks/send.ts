import http from "node:http"
import https from "node:https"
import { AddressNotAllowedError, checkedLookup, literalAddress, mayReach } from "./address.ts"
import type { Reach } from "./address.ts"

const TIMEOUT_MS = 5_000
const MAX_REASON = 200
const MAX_RESPONSE_BYTES = 65_536

type Request = { url: string; headers: Record<string, string>; body: string; reach: Reach }

/** What came of an attempt: delivered, or why not. `gone` says that the endpoint wants no more (410). */
export type Sent = { ok: true } | { ok: false; reason: string; gone: boolean }

/** Sends one POST, on a connection of its own. A redirect is not followed. */
export async function send(request: Request): Promise<Sent> {
  try {
    const status = await post(request)
    if (status >= 200 && status < 300) return { ok: true }
    return { ok: false, reason: `answered ${status}`, gone: status === 410 }
  } catch (error) {
    return { ok: false, reason: reasonOf(error).slice(0, MAX_REASON), gone: false }
  }
}

function post({ url, headers, body, reach }: Request): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const target = new URL(url)
  const address = literalAddress(target)
  if (address !== undefined && !mayReach(address, reach)) {
    throw new AddressNotAllowedError(`${address} is not a public address`)
  }
  const request = (target.protocol === "https:" ? https : http).request(target, {
    method: "POST",
    headers: { ...headers, "Content-Length": Buffer.byteLength(body), "User-Agent": "saleproof-webhooks" },
    agent: false,
    lookup: checkedLookup(reach),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  request.on("error", reject)
  // An endpoint that wants another protocol (101) is cut off without an error.
  request.on("close", () => reject(new Error("no response")))
  request.on("response", (response) => {
    if (response.statusCode === undefined) throw new Error("A response has a status")
    resolve(response.statusCode)
    discard(response)
  })
  request.end(body)
  return promise
}

/** Reads a small response to its end, so that the endpoint need not see a connection that breaks; a large one it does. */
function discard(response: http.IncomingMessage): void {
  let bytes = 0
  response.on("error", () => undefined)
  response.on("data", ({ length }: Buffer) => {
    bytes += length
    if (bytes > MAX_RESPONSE_BYTES) response.destroy()
  })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === "AbortError" || error.name === "TimeoutError") return "no response in time"
  return "code" in error && typeof error.code === "string" ? error.code : error.message
}
