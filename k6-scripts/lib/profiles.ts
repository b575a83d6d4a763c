import type { ConstantArrivalRateScenario, PerVUIterationsScenario, RampingVUsScenario } from "k6/options"

type PhaseName = "warmup" | "hold" | "cooldown"

/** How load is laid on: all lengths in seconds, and never scaled are those that only bound a wait. */
export type Profile =
  | { executor: "per-vu-iterations"; vus: number; iterations: number; atMost: number }
  | { executor: "ramping-vus"; vus: number; warmup: number; hold: number; cooldown: number; grace: number }
  | {
      executor: "constant-arrival-rate"
      rate: number
      warmup: number
      hold: number
      maxVus: number
      /** Up to so many seconds an arrival is put off at random; 0 leaves them at equal distances. */
      scatter: number
    }

export const ARRIVALS = ["even", "poisson"] as const
export type Arrivals = (typeof ARRIVALS)[number]

// Arrivals that are each put off by far more than their distance come as a Poisson process (Kingman, Poisson Processes,
// 1993, section 5.1). Its counts are true to that within a second or so, which is longer than any queue that keeps a limit.
const SCATTER_SECONDS = 2

export type Overrides = {
  vus?: number | undefined
  rate?: number | undefined
  maxVus?: number | undefined
  /** Seconds of the hold. */
  duration?: number | undefined
  arrivals?: Arrivals | undefined
  scale: number
}

// An iteration takes a little over the one second that it waits for its coupon: N VUs start at most N per second.
const openTwin = (vus: number, hold: number): Profile => ({
  executor: "constant-arrival-rate",
  rate: vus,
  warmup: 10,
  hold,
  maxVus: 4 * vus,
  scatter: 0,
})

export const PROFILES: Record<string, Profile> = {
  smoke: { executor: "per-vu-iterations", vus: 10, iterations: 3, atMost: 60 },
  warmup: { executor: "per-vu-iterations", vus: 300, iterations: 3, atMost: 20 },
  flow_iterations: { executor: "per-vu-iterations", vus: 300, iterations: 1, atMost: 60 },
  flow_10vus: { executor: "ramping-vus", vus: 10, warmup: 30, hold: 60, cooldown: 10, grace: 10 },
  flow_100vus: { executor: "ramping-vus", vus: 100, warmup: 30, hold: 60, cooldown: 10, grace: 10 },
  flow_300vus: { executor: "ramping-vus", vus: 300, warmup: 30, hold: 120, cooldown: 20, grace: 20 },
  flow_rps: { executor: "constant-arrival-rate", rate: 50, warmup: 10, hold: 60, maxVus: 200, scatter: 0 },
  flow_10vus_rps: openTwin(10, 60),
  flow_100vus_rps: openTwin(100, 60),
  flow_300vus_rps: openTwin(300, 120),
}

/** The named profile with the overrides laid over it. Throws an Error that lists the names for one it does not know. */
export function makeProfile(name: string, over: Overrides): Profile {
  const base = PROFILES[name]
  if (!base) throw new Error(`SCENARIO ${name}: there is ${Object.keys(PROFILES).join(", ")}`)
  if (base.executor === "per-vu-iterations") return { ...base, vus: over.vus ?? base.vus }
  const hold = (over.duration ?? base.hold) * over.scale
  const warmup = base.warmup * over.scale
  if (base.executor === "ramping-vus") {
    return { ...base, vus: over.vus ?? base.vus, warmup, hold, cooldown: base.cooldown * over.scale }
  }
  const rate = over.rate ?? base.rate
  const scatter = over.arrivals === "poisson" ? SCATTER_SECONDS : base.scatter
  const maxVus = over.maxVus ?? Math.max(base.maxVus, (4 + scatter) * rate)
  return { ...base, rate, warmup, hold, maxVus, scatter }
}

/** The profile as k6 runs it. */
export function toScenario(
  profile: Profile,
): PerVUIterationsScenario | RampingVUsScenario | ConstantArrivalRateScenario {
  if (profile.executor === "per-vu-iterations") {
    const { executor, vus, iterations, atMost } = profile
    return { executor, vus, iterations, maxDuration: seconds(atMost) }
  }
  if (profile.executor === "ramping-vus") {
    const { executor, vus, warmup, hold, cooldown, grace } = profile
    const stages = [
      { duration: seconds(warmup), target: vus },
      { duration: seconds(hold), target: vus },
      { duration: seconds(cooldown), target: 0 },
    ]
    return { executor, startVUs: 0, stages, gracefulStop: seconds(grace) }
  }
  const { executor, rate, warmup, hold, maxVus, scatter } = profile
  // A VU that k6 must make on the way comes too late for its iteration: enough for visits of two seconds, and some.
  const preAllocatedVUs = Math.min(maxVus, Math.ceil((2 + scatter) * rate) + 50)
  return { executor, rate, timeUnit: "1s", duration: seconds(warmup + hold), preAllocatedVUs, maxVUs: maxVus }
}

// k6 takes no fractions of a millisecond.
const seconds = (length: number): string => `${Math.round(length * 1000)}ms`

/** Seconds of each phase; null when the work, not the clock, ends the run. */
export function phaseLengths(profile: Profile): Record<PhaseName, number> | null {
  if (profile.executor === "per-vu-iterations") return null
  const cooldown = profile.executor === "ramping-vus" ? profile.cooldown : 0
  return { warmup: profile.warmup, hold: profile.hold, cooldown }
}

/** The phase in which an iteration starts that many seconds after the scenario did. */
export function phaseAt(profile: Profile, elapsed: number): PhaseName {
  const lengths = phaseLengths(profile)
  if (!lengths) return "hold"
  if (elapsed < lengths.warmup) return "warmup"
  return elapsed < lengths.warmup + lengths.hold ? "hold" : "cooldown"
}

/** Which requests the SLA is about: an arrival rate starts at full speed on cold connections, so its first seconds are not. */
export function judgedPhase(profile: Profile): "all" | "hold" {
  return profile.executor === "constant-arrival-rate" ? "hold" : "all"
}
