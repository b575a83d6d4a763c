import { setTimeout as sleep } from "node:timers/promises"

import type { Shopper } from "./shopper.ts"

export type Visit = (shopper: Shopper, signal: AbortSignal) => Promise<void>

type LoadOptions = {
  shoppers: readonly Shopper[]
  visit: Visit
  /** Longest pause between two visits of one shopper. */
  thinkMs: number
}

/** Every shopper visits again and again, each at its own pace, until the load is stopped. */
export function startLoad({ shoppers, visit, thinkMs }: LoadOptions) {
  const stopping = new AbortController()
  const { signal } = stopping

  async function live(shopper: Shopper): Promise<void> {
    while (!signal.aborted) {
      await sleep(shopper.random.between(0, thinkMs), undefined, { signal }).catch(() => {})
      if (!signal.aborted) await visit(shopper, signal)
    }
  }

  const lives = Promise.all(shoppers.map(live))
  // A shopper that breaks down is a bug of this program; stopping the load rejects with it.
  lives.catch(() => stopping.abort())
  return {
    /** Resolves when the last request in progress has ended. */
    async stop(): Promise<void> {
      stopping.abort()
      await lives
    },
  }
}

export type Load = ReturnType<typeof startLoad>
