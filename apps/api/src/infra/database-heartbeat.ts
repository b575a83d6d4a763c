import { Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { every } from "./every.ts"
import type { Recurring } from "./every.ts"

const EVERY_MS = 100
// Above any regular response to a query that needs neither lock nor disk, low enough that clients get 503 within 1 s.
const RESPONDS_WITHIN_MS = 700
// Connecting takes several round trips.
const CONNECT_WITHIN_MS = 2_000
const TICK_MS = 50

/**
 * Checks whether PostgreSQL responds at all, on a connection of its own: those of a pool wait for seconds before they
 * fail, and so do callers that wait for one of them. An error counts as a response, because the pools get it, too.
 */
export function createDatabaseHeartbeat({ url, name }: { url: string; name: string }) {
  const listeners = new Set<() => void>()
  let socket: Socket | undefined
  let client: Client | undefined
  let unresponsive = false
  let recurring: Recurring | undefined

  function disconnect() {
    socket?.destroy()
    client = undefined
  }

  async function connected(): Promise<Client> {
    const opened = new Socket()
    const candidate = new Client({
      connectionString: url,
      application_name: `saleproof-${name}-heartbeat`,
      stream: () => opened,
    })
    // An old connection that ends late must not close its successor.
    candidate.on("error", () => candidate === client && disconnect())
    socket = opened
    await candidate.connect()
    return candidate
  }

  async function query(): Promise<void> {
    client ??= await connected()
    await client.query("SELECT 1")
  }

  async function beat(): Promise<void> {
    const within = client ? RESPONDS_WITHIN_MS : CONNECT_WITHIN_MS
    if (await settlesWithin(within, query().catch(disconnect))) {
      unresponsive = false
      return
    }
    disconnect()
    if (unresponsive) return
    unresponsive = true
    for (const listener of listeners) listener()
  }

  return {
    isUnresponsive: () => unresponsive,
    /** Calls `listener` each time that PostgreSQL stops responding. The first listener starts the heartbeat. */
    onUnresponsive(listener: () => void): void {
      listeners.add(listener)
      recurring ??= every({ everyMs: EVERY_MS, step: beat, onError: () => undefined })
    },
    async stop(): Promise<void> {
      const stopped = recurring?.stop()
      disconnect()
      await stopped
    },
  }
}

export type DatabaseHeartbeat = ReturnType<typeof createDatabaseHeartbeat>

/** Whether it settled in time. Time does not count while the event loop is blocked: the response may be there, unread. */
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
