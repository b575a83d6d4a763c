import { once } from "node:events"
import type { Server, Socket } from "node:net"

export const LOOPBACK = "127.0.0.1"

/** Listens on loopback; port 0 takes a free one. Disposal closes the server and every connection. */
export async function listen(server: Server, port = 0) {
  const sockets = new Set<Socket>()
  server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
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
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
