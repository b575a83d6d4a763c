import { setTimeout as sleep } from "node:timers/promises"

import { createHttp } from "./http.ts"

const LOOK_EVERY_MS = 50
const LOOK_TIMEOUT_MS = 1_000

/** Sends requests to the processes that say that they are ready, in turn, as a load balancer does. */
export function createBalancer({ ports }: { ports: readonly number[] }) {
  const origins = ports.map(originOf)
  const ready = new Set(origins)
  const stopping = new AbortController()
  let turn = 0

  function pick(): string {
    const candidates = origins.filter((origin) => ready.has(origin))
    const from = candidates.length > 0 ? candidates : origins
    const origin = from[turn++ % from.length]
    if (origin === undefined) throw new Error("there is no process to send to")
    return origin
  }

  async function watch(origin: string): Promise<void> {
    const looker = createHttp({ origin: () => origin, connections: 1, timeoutMs: LOOK_TIMEOUT_MS })
    while (!stopping.signal.aborted) {
      const outcome = await looker.send({ method: "GET", path: "/readyz" })
      if ("status" in outcome && outcome.status === 200) ready.add(origin)
      else ready.delete(origin)
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
    await looker.close()
  }

  const watching = Promise.all(origins.map(watch))
  return {
    pick,
    /** Whether the process on that port is sent requests. */
    sends: (port: number) => ready.has(originOf(port)),
    async stop(): Promise<void> {
      stopping.abort()
      await watching
    },
  }
}

export type Balancer = ReturnType<typeof createBalancer>

const originOf = (port: number): string => `http://127.0.0.1:${port}`
