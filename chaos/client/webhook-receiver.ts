import { createHmac, timingSafeEqual } from "node:crypto"
import { createServer } from "node:http"
import type { IncomingHttpHeaders } from "node:http"
import { text } from "node:stream/consumers"

import { listen } from "@saleproof/stack/listen.ts"

/** One attempt to tell an event. `turn` and `acceptedTurn` order what arrived and what was answered with success. */
export type Attempt = {
  /** Of the header, which is signed. */
  id: string
  body: string
  turn: number
  /** Undefined when it was refused. */
  acceptedTurn: number | undefined
  signed: boolean
}

const PREFIX = "whsec_"
// What Standard Webhooks asks of a receiver: an old attempt cannot be sent again by somebody else.
const TOLERANCE_S = 300

type ReceiverOptions = {
  /** Whether to refuse the next attempt. */
  refuses: () => boolean
}

/** An endpoint on this machine that keeps every attempt, and refuses some. */
export async function startWebhookReceiver({ refuses }: ReceiverOptions) {
  const attempts: Attempt[] = []
  let turn = 0
  let secret = ""
  const server = createServer((req, res) => {
    void (async () => {
      const arrived = turn++
      const body = await text(req)
      const id = String(req.headers["webhook-id"])
      const attempt = { id, body, turn: arrived, signed: isSigned({ headers: req.headers, body, secret }) }
      const accepted = !refuses()
      attempts.push({ ...attempt, acceptedTurn: accepted ? turn++ : undefined })
      res.writeHead(accepted ? 204 : 503).end()
      // A sender that was killed is no failure of this process.
    })().catch(() => res.destroy())
  })
  const listening = await listen(server)
  return {
    url: `${listening.url}/hooks`,
    attempts: attempts as readonly Attempt[],
    /** The secret that the shop said when this endpoint was registered. */
    trust: (issued: string) => void (secret = issued),
    stop: () => listening[Symbol.asyncDispose](),
  }
}

type Signed = { headers: IncomingHttpHeaders; body: string; secret: string }

/** As Standard Webhooks says, without the shop's own code. */
export function isSigned({ headers, body, secret }: Signed, nowMs = Date.now()): boolean {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) =>
    String(headers[`webhook-${name}`]),
  )
  if (!secret.startsWith(PREFIX) || !(Math.abs(nowMs / 1_000 - Number(timestamp)) <= TOLERANCE_S))
    return false
  const key = Buffer.from(secret.slice(PREFIX.length), "base64")
  const wanted = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest()
  return String(signatures)
    .split(" ")
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ""), "base64")
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    })
}
