import { once } from "node:events"
import type { Server } from "node:net"

export const LOOPBACK = "127.0.0.1"

/** Listens on loopback; port 0 takes a free one. Resolves to the port. */
export async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, LOOPBACK)
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port")
  return address.port
}
