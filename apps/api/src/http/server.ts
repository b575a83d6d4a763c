import { createServer } from "node:http"
import type { RequestListener, Server } from "node:http"
import { once } from "node:events"
import { createServer as createProbe } from "node:net"
import type { AddressInfo } from "node:net"
import process from "node:process"
import { RefusalError } from "../errors.ts"
import type { Messages } from "./dispatch.ts"
import { problemDocument } from "./problem.ts"

const CLOSE_IDLE_EVERY_MS = 20
// As long as a transaction may take, so that requests in progress are answered; half a request is not waited for.
const CLOSE_WITHIN_MS = 5_000

type Listening = { url: string; close: () => Promise<void> }

// New connections that may wait to be accepted.
const BACKLOG = 1_024

type Address = { host: string; port: number }
type ListenOptions = Address & { sockets?: number; messages?: Messages }
type Serving = { listener: RequestListener; messages: Messages | undefined }

/**
 * Serves `listener` with a limit on every wait: for headers, for the body, between two requests. libuv accepts one new
 * connection per listening socket and turn of the event loop (libuv#3696), and turns are long during a burst of
 * connections; `sockets` of them share the port (SO_REUSEPORT). Rejects when another process listens there.
 */
export async function listen(
  listener: RequestListener,
  { sockets = 1, messages, ...at }: ListenOptions,
): Promise<Listening> {
  const serving = { listener: withTarget(listener), messages }
  const servers = await open(serving, at, SHARES_PORTS ? sockets : 1)
  return {
    url: urlOf(servers[0]?.address() ?? null),
    close: async () => void (await Promise.all(servers.map(close))),
  }
}

// Elsewhere the kernel does not spread connections over the sockets of a port, or has no such sockets.
const SHARES_PORTS = process.platform === "linux"

async function open(serving: Serving, { host, port }: Address, sockets: number): Promise<Server[]> {
  const servers = Array.from({ length: sockets }, () => createListenSocket(serving))
  const reusePort = sockets > 1
  // A port that is shared would be shared with any other process as well.
  const at = { host, port: reusePort ? await freePort({ host, port }) : port, backlog: BACKLOG, reusePort }
  await Promise.all(servers.map((server) => once(server.listen(at), "listening")))
  return servers
}

async function freePort(at: Address): Promise<number> {
  const probe = createProbe().listen(at)
  await once(probe, "listening")
  const { port } = addressOf(probe.address())
  probe.close()
  await once(probe, "close")
  return port
}

function createListenSocket({ listener, messages }: Serving): Server {
  const server = createServer(
    {
      ...messages,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    listener,
  )
  server.maxRequestsPerSocket = 0
  return server
}

/** Express reads any target with a parser that is lenient, and will throw one day; a proxy's form is a whole URL. */
const withTarget =
  (listener: RequestListener): RequestListener =>
  (req, res) => {
    const { url = "" } = req
    if (url.startsWith("/") || URL.canParse(url)) return listener(req, res)
    const refusal = new RefusalError("BAD_REQUEST", "The target of the request is neither a path nor a URL")
    res.writeHead(refusal.status, { "Content-Type": "application/problem+json", Connection: "close" })
    res.end(JSON.stringify(problemDocument(refusal)))
  }

function urlOf(at: AddressInfo | string | null): string {
  const { family, address, port } = addressOf(at)
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`
}

function addressOf(at: AddressInfo | string | null): AddressInfo {
  if (at === null || typeof at === "string") throw new Error("Not listening on a port")
  return at
}

/** Accepts no more connections, lets requests in progress finish, and closes idle connections. */
async function close(server: Server): Promise<void> {
  const closed = once(server, "close")
  server.close()
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
