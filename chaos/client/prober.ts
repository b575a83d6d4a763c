import { setTimeout as sleep } from "node:timers/promises"

import { KINDS } from "./effects.ts"
import type { Effect, Kind } from "./effects.ts"
import type { Sender } from "./sender.ts"
import type { Shopper } from "./shopper.ts"

/** One look at the service from outside: `ok` was served, `busy` refused with 503, `lost` not answered. */
export type Sample = { kind: Kind; sentAt: number; endedAt: number; result: "ok" | "busy" | "lost" }

const EVERY_MS = 100
// A hanging service must not hold up the next look.
const MOST_AT_ONCE = 50

type ProberOptions = { shopper: Shopper; sender: Sender; kinds?: readonly Kind[]; everyMs?: number }

/** Asks for one effect of every kind at a steady pace, whatever became of the one before, and keeps the times. */
export function createProber({ shopper, sender, kinds = KINDS, everyMs = EVERY_MS }: ProberOptions) {
  const samples: Sample[] = []
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()

  async function look(kind: Kind): Promise<void> {
    const sentAt = Date.now()
    const outcome = await sender.attemptOnce(effectOf(kind))
    const result = "lost" in outcome ? "lost" : outcome.status < 500 && outcome.status !== 429 ? "ok" : "busy"
    samples.push({ kind, sentAt, endedAt: Date.now(), result })
  }

  function effectOf(kind: Kind): Effect {
    if (kind === "charge") return shopper.charge()
    return kind === "claim" ? shopper.claim() : shopper.order(shopper.basket().slice(0, 1))
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const kind of underWay.size < MOST_AT_ONCE ? kinds : []) {
        const looking = look(kind).finally(() => underWay.delete(looking))
        underWay.add(looking)
      }
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
    await Promise.all(underWay)
  }

  let watching: Promise<void> | undefined
  return {
    start: () => void (watching ??= watch()),
    samples: samples as readonly Sample[],
    /** Whether every kind was served after that moment, in ms since the epoch. */
    servedSince: (at: number): boolean =>
      kinds.every((kind) =>
        samples.some((sample) => sample.kind === kind && sample.result === "ok" && sample.sentAt > at),
      ),
    async stop(): Promise<void> {
      stopping.abort()
      await watching
    },
  }
}

export type Prober = ReturnType<typeof createProber>
