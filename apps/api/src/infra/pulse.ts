import { Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { every } from "./every.ts"
import type { Recurring } from "./every.ts"

const EVERY_MS = 100
// Above any honest answer to a question that needs neither lock nor disk, low enough that a caller hears 503 within a second.
const SILENT_AFTER_MS = 700
// To connect takes several answers.
const CONNECT_WITHIN_MS = 2_000
const TICK_MS = 50

/**
 * Feels whether PostgreSQL answers at all, on a connection of its own: those of a pool wait for seconds before they say
 * so, and who waits for one of them waits as long. An error is an answer, which the pools hear at once as well.
 */
export function createPulse({ url, name }: { url: string; name: string }) {
  const listeners = new Set<() => void>()
  let socket: Socket | undefined
  let client: Client | undefined
  let silent = false
  let beating: Recurring | undefined

  function hangUp() {
    socket?.destroy()
    client = undefined
  }

  async function connected(): Promise<Client> {
    const opened = new Socket()
    const dialled = new Client({
      connectionString: url,
      application_name: `saleproof-${name}-pulse`,
      stream: () => opened,
    })
    // An old connection that ends late must not take its successor along.
    dialled.on("error", () => dialled === client && hangUp())
    socket = opened
    await dialled.connect()
    return dialled
  }

  async function ask(): Promise<void> {
    client ??= await connected()
    await client.query("SELECT 1")
  }

  async function beat(): Promise<void> {
    const within = client ? SILENT_AFTER_MS : CONNECT_WITHIN_MS
    if (await settlesWithin(within, ask().catch(hangUp))) {
      silent = false
      return
    }
    hangUp()
    if (silent) return
    silent = true
    for (const hear of listeners) hear()
  }

  return {
    silent: () => silent,
    /** Calls `hear` each time that PostgreSQL falls silent. The first listener starts the pulse. */
    watch(hear: () => void): void {
      listeners.add(hear)
      beating ??= every({ everyMs: EVERY_MS, step: beat, onError: () => undefined })
    },
    async stop(): Promise<void> {
      const stopped = beating?.stop()
      hangUp()
      await stopped
    },
  }
}

export type Pulse = ReturnType<typeof createPulse>

/** Whether it was settled in time. None passes while the event loop stands still: the answer may be there, unread. */
export async function settlesWithin(ms: number, answer: Promise<unknown>): Promise<boolean> {
  const settled = answer.then(
    () => true,
    () => true,
  )
  for (let waitedMs = 0; waitedMs < ms; waitedMs += TICK_MS) {
    if (await Promise.race([settled, sleep(TICK_MS, false)])) return true
  }
  return false
}
