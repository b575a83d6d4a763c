import type { Socket } from "node:net"

import { createReplyScanner } from "./reply-scanner.ts"
import type { ResetPlan } from "./reset-plan.ts"
import type { Toxics } from "./toxics.ts"

// Beyond this much unsent data a side is paused, as a real network would push back.
const HIGH_WATER_BYTES = 1024 * 1024

type LinkOptions = {
  client: Socket
  server: Socket
  toxics: () => Readonly<Toxics>
  resetPlan: ResetPlan
  onClosed: () => void
}

/** One client's connection to the server, with the toxics in between. */
export function createLink({ client, server, toxics, resetPlan, onClosed }: LinkOptions) {
  const count = createReplyScanner()
  const requests = createDirection({ from: client, to: server, toxics, latencyMs: () => 0 })
  const replies = createDirection({ from: server, to: client, toxics, latencyMs: () => toxics().latencyMs })

  function cut(): void {
    requests.drop()
    replies.drop()
    client.resetAndDestroy()
    server.resetAndDestroy()
  }

  client.on("data", (bytes: Buffer) => requests.push(bytes))
  server.on("data", (bytes: Buffer) => {
    const trigger = resetPlan.trigger()
    if (trigger && resetPlan.take(count(bytes, trigger))) return cut()
    replies.push(bytes)
  })
  for (const [socket, direction] of [
    [client, requests],
    [server, replies],
  ] as const) {
    socket.setNoDelay(true)
    socket.on("end", () => direction.push("end"))
    socket.on("error", () => direction.push("reset"))
    socket.on("close", () => client.destroyed && server.destroyed && onClosed())
  }

  return {
    cut,
    /** Delivers what was held back, now that the toxics allow it. */
    flow() {
      requests.flow()
      replies.flow()
    },
  }
}

type Chunk = Buffer | "end" | "reset"

type DirectionOptions = { from: Socket; to: Socket; toxics: () => Readonly<Toxics>; latencyMs: () => number }

/** One direction. Chunks keep their order whatever delays them. */
function createDirection({ from, to, toxics, latencyMs }: DirectionOptions) {
  let held: { chunk: Chunk; dueAt: number }[] = []
  let timer: NodeJS.Timeout | undefined

  function flow(): void {
    clearTimeout(timer)
    for (let next = held[0]; next && !toxics().blackHole; next = held[0]) {
      const waitMs = next.dueAt - performance.now()
      if (waitMs > 0) {
        timer = setTimeout(flow, waitMs)
        return
      }
      held.shift()
      deliver(next.chunk)
    }
  }

  function deliver(chunk: Chunk): void {
    if (to.destroyed) return
    if (chunk === "end") to.end()
    else if (chunk === "reset") to.resetAndDestroy()
    else if (!to.write(chunk) && to.writableLength > HIGH_WATER_BYTES && !from.isPaused()) {
      from.pause()
      to.once("drain", () => from.resume())
    }
  }

  return {
    push(chunk: Chunk) {
      held.push({ chunk, dueAt: performance.now() + latencyMs() })
      if (held.length === 1) flow()
    },
    flow,
    drop() {
      clearTimeout(timer)
      held = []
    },
  }
}
