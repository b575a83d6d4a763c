import { setTimeout as sleep } from "node:timers/promises"

import type { Random } from "../random.ts"
import { requestOf } from "./effects.ts"
import type { Effect } from "./effects.ts"
import type { Http, HttpAnswer, HttpOutcome } from "./http.ts"
import { isOpen } from "./journal.ts"
import type { Entry, Journal } from "./journal.ts"
import { inParallel } from "./parallel.ts"

type SenderOptions = {
  http: Pick<Http, "send">
  journal: Journal
  random: Random
  /** No attempt begins later than this after the first one. */
  patienceMs: number
  /** The key of an attempt; only a test of a defective shop sends another one than the effect's. */
  keyOf?: (effect: Effect, attempt: number) => string | undefined
}

const LOST_BACKOFF_MS = [50, 250] as const

/** Sends effects, and repeats them with their key until an answer settles them or patience ends. */
export function createSender(options: SenderOptions) {
  const { http, journal, random, patienceMs, keyOf = (effect) => effect.key } = options

  async function attempt(entry: Entry): Promise<HttpOutcome> {
    const { effect } = entry
    const { path, body } = requestOf(effect)
    const sentAt = Date.now()
    const outcome = await http.send({ method: "POST", path, body, key: keyOf(effect, entry.attempts) })
    journal.note(entry, sentAt, outcome)
    return outcome
  }

  /** Until an answer settles the entry; undefined when patience or the signal ended it. */
  async function settle(entry: Entry, signal?: AbortSignal): Promise<HttpAnswer | undefined> {
    const givesUpAt = Date.now() + patienceMs
    for (;;) {
      const outcome = await attempt(entry)
      if (entry.answer) return entry.answer
      const waitMs = backoffMs(outcome, random)
      if (Date.now() + waitMs > givesUpAt) return undefined
      await sleep(waitMs, undefined, { signal }).catch(() => {})
      if (signal?.aborted) return undefined
    }
  }

  return {
    settle,
    /** Sends an effect for the first time. */
    send: (effect: Effect, signal?: AbortSignal) => settle(journal.begin(effect), signal),
    /** One attempt, without a second one. */
    async attemptOnce(effect: Effect): Promise<HttpOutcome> {
      return attempt(journal.begin(effect))
    },
    /** One more attempt for an effect that was sent before. */
    again: attempt,
    /** Sends the same request several times at the same moment. */
    async burst(effect: Effect, copies: number): Promise<HttpAnswer | undefined> {
      const entry = journal.begin(effect)
      await Promise.all(Array.from({ length: copies }, () => attempt(entry)))
      return entry.answer ?? settle(entry)
    },
    /** Asks again for everything that is still open, a few at a time; what stays open is in the journal. */
    async resolve(parallel: number): Promise<void> {
      const ask = async (entry: Entry): Promise<void> => {
        await settle(entry)
        entry.resolvedByKey = entry.outcome !== "open"
      }
      await inParallel(journal.unsettled(), { most: parallel, work: ask })
    },
  }
}

export type Sender = ReturnType<typeof createSender>

function backoffMs(outcome: HttpOutcome, random: Random): number {
  if ("status" in outcome && isOpen(outcome) && outcome.retryAfterS !== undefined)
    return outcome.retryAfterS * 1_000 + random.between(0, 250)
  return random.between(...LOST_BACKOFF_MS)
}
