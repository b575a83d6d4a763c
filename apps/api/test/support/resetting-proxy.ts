import { connect, createServer } from "node:net"

import { listen } from "@saleproof/stack/listen.ts"

/** Forwards to a service until a client sends `trigger`: the service gets it, and its client a reset instead of the reply. */
export async function startResettingProxy({ url, trigger }: { url: string; trigger: string }) {
  const target = new URL(url)
  const server = createServer((client) => {
    const service = connect(Number(target.port), target.hostname)
    let triggered = false
    client.on("data", (chunk) => {
      triggered ||= chunk.includes(trigger)
      service.write(chunk)
    })
    service.on("data", (chunk) => {
      if (triggered) client.resetAndDestroy()
      else client.write(chunk)
    })
    for (const socket of [client, service]) {
      socket.on("error", () => undefined)
      socket.once("close", () => {
        client.destroy()
        service.destroy()
      })
    }
  })
  const listening = await listen(server)
  const proxied = new URL(url)
  proxied.port = String(listening.port)
  return { url: proxied.href, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() }
}
