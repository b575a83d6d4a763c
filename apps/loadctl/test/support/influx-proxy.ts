import { createServer, request as send } from "node:http"
import type { IncomingMessage } from "node:http"

import { listen } from "@saleproof/stack/listen.ts"
/** What a request gets instead of passing: a status, or never an answer; null lets it pass. */
type Instead = number | "no answer" | null

/** Stands between loadctl and InfluxDB; `instead` decides what happens to each request. */
export async function openInfluxProxy(influxUrl: string, instead: (request: IncomingMessage) => Instead) {
  const server = createServer((request, response) => {
    const status = instead(request)
    if (status !== null) request.resume()
    if (status === "no answer") return undefined
    if (status !== null) return response.writeHead(status).end('{"error":"out of order"}')
    const { method, url, headers } = request
    const forwarded = send(new URL(url ?? "/", influxUrl), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    return request.pipe(forwarded)
  })
  const listening = await listen(server)
  return { ...listening, close: listening[Symbol.asyncDispose] }
}
