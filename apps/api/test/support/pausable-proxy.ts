import { connect, createServer } from "node:net"
import type { Socket } from "node:net"

import { listen } from "@saleproof/stack/listen.ts"

/** Forwards to a service; while it is paused nothing passes and no connection ends, as in a network partition. */
export async function startPausableProxy({ url }: { url: string }) {
  let target = new URL(url)
  const sockets = new Set<Socket>()
  let paused = false

  const server = createServer((client) => {
    const service = connect(Number(target.port), target.hostname)
    client.pipe(service).pipe(client)
    for (const socket of [client, service]) {
      sockets.add(socket)
      socket.on("error", () => {})
      socket.once("close", () => {
        sockets.delete(socket)
        client.destroy()
        service.destroy()
      })
      if (paused) socket.pause()
    }
  })
  const listening = await listen(server)
  const proxied = new URL(url)
  proxied.port = String(listening.port)

  return {
    url: proxied.href,
    /** New connections lead there; those that are open stay where they are, as in a failover behind one address. */
    redirect(other: string) {
      target = new URL(other)
    },
    pause() {
      paused = true
      for (const socket of sockets) socket.pause()
    },
    resume() {
      paused = false
      for (const socket of sockets) socket.resume()
    },
    async [Symbol.asyncDispose]() {
      const closed = listening[Symbol.asyncDispose]()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
