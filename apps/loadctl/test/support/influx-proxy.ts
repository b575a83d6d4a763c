import { once } from "node:events"
import { createServer, request as send } from "node:http"
import type { IncomingMessage } from "node:http"

/** Stands between k6 and InfluxDB; `refuse` decides which requests get a 500 instead of passing. */
export async function openInfluxProxy(influxUrl: string, refuse: (request: IncomingMessage) => boolean) {
  const server = createServer((request, response) => {
    if (refuse(request)) {
      request.resume()
      return response.writeHead(500).end('{"error":"out of order"}')
    }
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
