import { once } from "node:events"
import { createServer, request as send } from "node:http"
import type { IncomingMessage } from "node:http"

/** What a request gets instead of passing: a status, or never an answer; null lets it pass. */
type Instead = number | "silence" | null

/** Stands between loadctl and InfluxDB; `instead` decides what happens to each request. */
export async function openInfluxProxy(influxUrl: string, instead: (request: IncomingMessage) => Instead) {
  const server = createServer((request, response) => {
    const status = instead(request)
    if (status !== null) request.resume()
    if (status === "silence") return undefined
    if (status !== null) return response.writeHead(status).end('{"error":"out of order"}')
    const { method, url, headers } = request
    const forwarded = send(new URL(url ?? "/", influxUrl), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    return request.pipe(forwarded)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
  return { url: `http://127.0.0.1:${address.port}`, close, [Symbol.asyncDispose]: close }
}
