import { countText, decimalText } from "../sla/text.ts"
import type { Window } from "../stats/model.ts"
import type { Health, HealthSample, Values } from "./model.ts"
import { saturationsOf, usableCores } from "./saturation.ts"
import type { Saturation } from "./saturation.ts"
import type { Seconds } from "../stats/model.ts"

/** Why a rule was broken, as far as the samples show; `what` is null when they do not. */
export type Cause = { rule: string; what: string | null; text: string }

/** A broken rule of an endpoint. */
export type BrokenRule = { endpoint: string; metric: string }

export type Observed = {
  health: Health | null
  window: Window | null
  /** By endpoint; absent in runs that an earlier version saved. */
  seconds?: Record<string, Seconds> | undefined
}

// One sample is an anecdote.
const LEAST_SAMPLES = 5
// A cause is there in most of the bad seconds, and clearly more often than in the good ones.
const LEAST_SHARE = 0.5
const LEAST_CONTRAST = 0.3
// Of what is reached in as many bad seconds, the one that leads to the others is named.
const AS_OFTEN = 0.1

/**
 * One sentence for each broken rule: what had no more to give while its endpoint broke its limits, in contrast to the
 * seconds in which it kept them; or that the samples do not decide, with what they do show.
 */
export function attribute(rules: readonly BrokenRule[], observed: Observed): Cause[] {
  return rules.map(({ endpoint, metric }) => ({
    rule: `${endpoint} ${metric}`,
    ...explain(observed, observed.seconds?.[endpoint] ?? null),
  }))
}

function explain({ health, window }: Observed, seconds: Seconds | null): Omit<Cause, "rule"> {
  if (!health || health.samples.length === 0) return unknown("nothing was sampled")
  const during = health.samples.filter(({ at }) => !window || (at >= window.from && at <= window.to + 1_000))
  const bad = seconds ? inSeconds(during, seconds.bad) : during
  const good = seconds ? inSeconds(during, seconds.good) : []
  if (bad.length < LEAST_SAMPLES)
    return unknown(`${countText(bad.length, "sample")} of the seconds in which it was slow, too few to tell`)
  const found = saturationsOf(health).flatMap((saturation) => contrastOf(saturation, { bad, good, health }))
  const most = Math.max(...found.map(({ share }) => share))
  // In the order of the list, so that what leads to the others comes first.
  const named = found.find(({ share }) => share >= most - AS_OFTEN)
  if (!named) return unknown(idleText(bad, good))
  const { saturation, reached, share, before } = named
  const compared = before === null ? "" : `, ${percent(before)} of the good ones`
  return {
    what: saturation.what,
    text: `${saturation.what}: ${saturation.evidence(means(reached), health)} (in ${percent(share)} of its bad seconds${compared})`,
  }
}

type Compared = { bad: readonly HealthSample[]; good: readonly HealthSample[]; health: Health }

/** How often it was reached in the bad and the good seconds; nothing when that explains nothing, or is not known. */
function contrastOf(saturation: Saturation, { bad, good, health }: Compared) {
  const isReached = ({ values }: HealthSample): boolean => saturation.reached(values, health.cores) === true
  const isKnown = ({ values }: HealthSample): boolean =>
    saturation.reached(values, health.cores) !== undefined
  const known = { bad: bad.filter(isKnown), good: good.filter(isKnown) }
  if (known.bad.length < LEAST_SAMPLES) return []
  const reached = known.bad.filter(isReached)
  const share = reached.length / known.bad.length
  const before =
    known.good.length < LEAST_SAMPLES ? null : known.good.filter(isReached).length / known.good.length
  if (share < LEAST_SHARE || (before !== null && share - before < LEAST_CONTRAST)) return []
  return [{ saturation, reached, share, before }]
}

/** The samples that cover one of the seconds: a sample ends up to a second after what it saw. */
function inSeconds(samples: readonly HealthSample[], seconds: readonly number[]): HealthSample[] {
  const wanted = new Set(seconds)
  return samples.filter(({ at }) => wanted.has(Math.floor((at - 500) / 1_000)))
}

function unknown(why: string): Omit<Cause, "rule"> {
  return { what: null, text: `not known: ${why}` }
}

/** What was looked at, and how far from its end it was. */
function idleText(bad: readonly HealthSample[], good: readonly HealthSample[]): string {
  const all = means(bad)
  const may = usableCores(all)
  const parts = [
    sentence(all, "machine.busy", (busy) => `the machine was ${percent(busy)} busy`),
    sentence(
      all,
      "api.cpu",
      (cpu) => `the API used ${cpu.toFixed(1)} ${may === undefined ? "cores" : `of ${may.toFixed(0)} cores`}`,
    ),
    sentence(all, "api.loopDelay", (ms) => `its event loop was ${decimalText(ms, 0)} ms late`),
    sentence(
      all,
      "database.active",
      (count) => `${decimalText(count, 0)} sessions of the database were active`,
    ),
  ].flatMap((part) => part ?? [])
  if (parts.length === 0) return "neither the target nor this machine exported anything"
  const alike =
    good.length >= LEAST_SAMPLES ? "more often than in its good seconds" : "in most of its bad seconds"
  return `nothing was saturated ${alike}; ${parts.join(", ")}`
}

function sentence(values: Values, name: string, write: (value: number) => string): string | null {
  const value = values[name]
  return value === undefined ? null : write(value)
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function means(samples: readonly HealthSample[]): Values {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { values } of samples) {
    for (const [signal, value] of Object.entries(values)) {
      const before = sums.get(signal)
      sums.set(
        signal,
        before ? { sum: before.sum + value, count: before.count + 1 } : { sum: value, count: 1 },
      )
    }
  }
  return Object.fromEntries([...sums].map(([signal, { sum, count }]) => [signal, sum / count]))
}
