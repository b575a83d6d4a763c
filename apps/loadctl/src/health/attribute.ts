import type { Window } from "../stats/model.ts"
import { SATURATIONS } from "./saturation.ts"
import type { Saturation } from "./saturation.ts"
import type { Health, HealthSample } from "./model.ts"

/** Why a rule was broken, as far as the samples tell; `what` is null when they do not. */
export type Cause = { rule: string; what: string | null; text: string }

// Shorter than this it is a hiccup, which a percentile does not notice.
const LEAST_SHARE = 0.25

/**
 * One sentence for each broken rule: what saturated first while the load ran, with the evidence, or that nothing that
 * was sampled did. What saturates later usually does so because of what saturated before it.
 */
export function attribute(rules: readonly string[], health: Health | null, window: Window | null): Cause[] {
  if (rules.length === 0) return []
  const found = explain(health, window)
  return rules.map((rule) => ({ rule, ...found }))
}

function explain(health: Health | null, window: Window | null): Omit<Cause, "rule"> {
  const samples = (health?.samples ?? []).filter(
    ({ at }) => !window || (at >= window.from && at <= window.to + 1_000),
  )
  if (!health || samples.length === 0) return { what: null, text: "not known: nothing was sampled" }
  const onsets = SATURATIONS.flatMap((saturation) => {
    const saturated = samples.filter(({ values }) => saturation.reached(values, health.cores))
    const [first] = saturated
    if (!first || saturated.length < LEAST_SHARE * samples.length) return []
    return [{ saturation, at: first.at, saturated }]
  })
  // Stable, so that of two at the same moment the one listed first, the more particular, is named.
  const [earliest] = onsets.toSorted((a, b) => a.at - b.at)
  if (!earliest) return { what: null, text: `not known: ${idleText(samples)}` }
  const { saturation, saturated, at } = earliest
  const seconds = Math.max(0, (at - (window?.from ?? samples[0]?.at ?? at)) / 1_000)
  const share = Math.round((saturated.length / samples.length) * 100)
  return {
    what: saturation.what,
    text: `${evidence(saturation, saturated, health)} (from second ${seconds.toFixed(0)}, ${share} % of the time)`,
  }
}

function evidence(saturation: Saturation, saturated: readonly HealthSample[], health: Health): string {
  return `${saturation.what} saturated first: ${saturation.evidence(means(saturated), health)}`
}

/** What was looked at, and how far from its end it was. */
function idleText(samples: readonly HealthSample[]): string {
  const all = means(samples)
  const parts = [
    all["machine.busy"] === undefined ? null : `the machine was ${percent(all["machine.busy"])} busy`,
    all["api.cpu"] === undefined ? null : `the API used ${all["api.cpu"].toFixed(1)} cores`,
    all["api.loopDelay"] === undefined
      ? null
      : `its event loop was ${all["api.loopDelay"].toFixed(0)} ms late`,
    all["database.active"] === undefined
      ? null
      : `${all["database.active"].toFixed(0)} sessions of the database were active`,
  ].filter((part) => part !== null)
  return parts.length > 0
    ? `nothing was saturated; ${parts.join(", ")}`
    : "neither the target nor this machine told"
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function means(samples: readonly HealthSample[]): HealthSample["values"] {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { values } of samples) {
    for (const [signal, value] of Object.entries(values)) {
      const { sum, count } = sums.get(signal) ?? { sum: 0, count: 0 }
      sums.set(signal, { sum: sum + value, count: count + 1 })
    }
  }
  return Object.fromEntries([...sums].map(([signal, { sum, count }]) => [signal, sum / count]))
}
