import type { Effect, Kind } from "./effects.ts"
import type { HttpAnswer, HttpOutcome } from "./http.ts"

/** An attempt that did not settle its effect; times are ms since the epoch, comparable with the database's. */
export type OpenAttempt = { sentAt: number; endedAt: number; reason: string }

/** `open` while nobody knows whether the effect happened. */
export type Outcome = "open" | "acknowledged" | "refused"

export type Entry = {
  effect: Effect
  sentAt: number
  attempts: number
  /** Attempts without an answer, or answered with 503: the effect may have happened nevertheless. */
  open: OpenAttempt[]
  outcome: Outcome
  answer: HttpAnswer | undefined
  settledAt: number | undefined
  /** Settled only after the load had ended, by asking again with the same key. */
  resolvedByKey: boolean
}

/** Answers that no client may ever get. */
export type Scandal = { key: string; status: number; body: string }

/** Statuses after which the same request with the same key makes sense. */
export function isOpen(outcome: HttpOutcome): boolean {
  if ("lost" in outcome) return true
  if (outcome.status === 503 || outcome.status === 429) return true
  return outcome.status === 409 && outcome.body.includes('"IDEMPOTENCY_IN_PROGRESS"')
}

/** Everything that was sent, and what came of it. */
export function createJournal({ now = Date.now }: { now?: () => number } = {}) {
  const entries = new Map<string, Entry>()
  const scandals: Scandal[] = []

  return {
    entries: (): Iterable<Entry> => entries.values(),
    of: (kind: Kind): Entry[] => [...entries.values()].filter(({ effect }) => effect.kind === kind),
    scandals,

    begin(effect: Effect): Entry {
      const entry: Entry = {
        effect,
        sentAt: now(),
        attempts: 0,
        open: [],
        outcome: "open",
        answer: undefined,
        settledAt: undefined,
        resolvedByKey: false,
      }
      entries.set(effect.key, entry)
      return entry
    },

    /** Takes note of an attempt; the first answer that settles the effect is the one that counts. */
    note(entry: Entry, sentAt: number, outcome: HttpOutcome): void {
      entry.attempts++
      if ("status" in outcome && outcome.status >= 500 && outcome.status !== 503)
        scandals.push({ key: entry.effect.key, status: outcome.status, body: outcome.body })
      if ("lost" in outcome || isOpen(outcome) || outcome.status >= 500) {
        const reason = "lost" in outcome ? outcome.lost : String(outcome.status)
        entry.open.push({ sentAt, endedAt: now(), reason })
        return
      }
      if (entry.answer) return
      entry.answer = outcome
      entry.settledAt = now()
      entry.outcome = outcome.status < 300 ? "acknowledged" : "refused"
    },

    unsettled: (): Entry[] => [...entries.values()].filter(({ outcome }) => outcome === "open"),
  }
}

export type Journal = ReturnType<typeof createJournal>
