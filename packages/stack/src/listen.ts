import { once } from "node:events"
import type { Server as HttpServer } from "node:http"
import type { Server } from "node:net"

export const LOOPBACK = "127.0.0.1"

/** Listens on loopback; port 0 takes a free one. Disposal closes the server, and the connections of an HTTP server. */
export async function listen(server: Server | HttpServer, port = 0) {
  server.listen(port, LOOPBACK)
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string")
    throw new Error("The server does not listen on a port.")
  return {
    port: address.port,
    url: `http://${LOOPBACK}:${address.port}`,
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = server.listening ? once(server, "close") : undefined
      server.close()
      if ("closeAllConnections" in server) server.closeAllConnections()
      await closed
    },
  }
}
