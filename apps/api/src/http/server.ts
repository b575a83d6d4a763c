import { createServer } from "node:http"
import type { RequestListener, Server } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { Refusal } from "../errors.ts"
import { problemDocument } from "./problem.ts"

const CLOSE_IDLE_EVERY_MS = 20
// As long as a transaction may take, so that what is under way is answered; who has sent only half a request is not
// waited for.
const CLOSE_WITHIN_MS = 5_000

type Listening = { url: string; close: () => Promise<void> }

/** Serves `listener` with a limit on every wait: for headers, for the body, between two requests. */
export async function listen(
  listener: RequestListener,
  at: { host: string; port: number },
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    withTarget(listener),
  )
  server.maxRequestsPerSocket = 0
  server.listen(at.port, at.host, 1_024)
  await once(server, "listening")
  return { url: urlOf(server.address()), close: () => close(server) }
}

/** Express reads any target with a parser that is lenient, and will throw one day; a proxy's form is a whole URL. */
const withTarget =
  (listener: RequestListener): RequestListener =>
  (req, res) => {
    const { url = "" } = req
    if (url.startsWith("/") || URL.canParse(url)) return listener(req, res)
    const refusal = new Refusal("BAD_REQUEST", "The target of the request is neither a path nor a URL")
    res.writeHead(refusal.status, { "Content-Type": "application/problem+json", Connection: "close" })
    res.end(JSON.stringify(problemDocument(refusal)))
  }

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === "string") throw new Error("Not listening on a port")
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}

/** Takes no more connections, lets what is under way finish, and closes those that wait for a next request. */
async function close(server: Server): Promise<void> {
  const closed = once(server, "close")
  server.close()
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
