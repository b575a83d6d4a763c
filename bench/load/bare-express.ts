import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

import { z } from "zod"

const Listening = z.object({ url: z.url() })

/**
 * A bare Express server, in a process of its own, that answers a POST of an order from memory: what the client, the
 * sockets and Express leave to the shop on this machine.
 */
export async function startBareExpress(signal: AbortSignal): Promise<{ url: string } & AsyncDisposable> {
  const child = fork(join(import.meta.dirname, "bare-express-process.ts"), { signal, killSignal: "SIGKILL" })
  const ended = once(child, "exit")
  const [message] = await Promise.race([
    once(child, "message"),
    ended.then(([code]) => Promise.reject(new Error(`The bare server ended with ${String(code)}`))),
  ])
  return {
    url: Listening.parse(message).url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL")
      await ended
    },
  }
}
