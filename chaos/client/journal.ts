import type { Effect, Kind } from "./effects.ts"
import type { HttpAnswer, HttpOutcome } from "./http.ts"

/** An attempt that did not settle its effect; times are ms since the epoch, comparable with the database's. */
export type OpenAttempt = { sentAt: number; endedAt: number; reason: string }

/** `open` while it is unknown whether the effect happened. */
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

/** An answer that no client may ever get. */
export type ForbiddenResponse = { request: string; status: number; body: string }

/** Two answers to one key that are not the same. */
export type Contradiction = { key: string; first: string; later: string }

/** Statuses after which the same request with the same key makes sense. */
export function isOpen(outcome: HttpOutcome): boolean {
  if ("lost" in outcome) return true
  return outcome.status === 503 || outcome.status === 429
}

/** Everything that was sent, and what came of it. */
export function createJournal({ now = Date.now }: { now?: () => number } = {}) {
  const entries = new Map<string, Entry>()
  const forbiddenResponses: ForbiddenResponse[] = []
  const contradictions: Contradiction[] = []

  function settle(entry: Entry, answer: HttpAnswer): void {
    entry.answer = answer
    entry.settledAt = now()
    entry.outcome = answer.status < 300 ? "acknowledged" : "refused"
  }

  function compare(key: string, before: HttpAnswer, after: HttpAnswer): void {
    const first = `${before.status} ${before.body}`
    const later = `${after.status} ${after.body}`
    if (first !== later) contradictions.push({ key, first, later })
  }

  return {
    entries: (): Iterable<Entry> => entries.values(),
    of: (kind: Kind): Entry[] => [...entries.values()].filter(({ effect }) => effect.kind === kind),
    forbiddenResponses,
    contradictions,

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
      const endedAt = now()
      if ("lost" in outcome) return void entry.open.push({ sentAt, endedAt, reason: outcome.lost })
      if (isOpen(outcome) || outcome.status >= 500)
        entry.open.push({ sentAt, endedAt, reason: `${outcome.status} ${codeOf(outcome)}`.trim() })
      else if (entry.answer) compare(entry.effect.key, entry.answer, outcome)
      else settle(entry, outcome)
      if (outcome.status >= 500 && outcome.status !== 503)
        forbiddenResponses.push({ request: entry.effect.key, ...outcome })
    },

    unsettled: (): Entry[] => [...entries.values()].filter(({ outcome }) => outcome === "open"),
  }
}

export type Journal = ReturnType<typeof createJournal>

/** The code of a problem document, which distinguishes two refusals of one status. */
const codeOf = ({ body }: HttpAnswer): string => /"code":"(\w+)"/.exec(body)?.[1] ?? ""
