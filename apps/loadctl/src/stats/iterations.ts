import type { PlannedScenario } from "../k6/scenarios.ts"
import type { SampleSeries } from "../recorder/recording.ts"

/** Every iteration that k6 started, and those that it never did. */
export type IterationsAccount = {
  started: number
  finished: number
  threw: number
  cutOff: number
  dropped: number
  /** Of those cut off: users that still waited for an answer, and those that would have gone on. */
  unanswered: number
  truncated: number
  /** Those of which nobody knows which of the two they were; absent where there are none. */
  undecided?: number
}

export type AccountInput = {
  /** k6's own count, which has those that threw in it. */
  iterations: number
  threw: number
  cutOff: number
  dropped: number
  /** Whether the load came to its planned end: otherwise that end cut off no iteration. */
  cameToItsEnd: boolean
  scenarios: readonly PlannedScenario[]
  /** The longest iteration that finished, ms. */
  longestMs: number
  /** When k6 cut off the users that had not finished, and when the last iterations ended before it: ms since 1970. */
  cutAt: number | null
  lastEnds: readonly number[]
  /** When the last request ended, or without one the load began: ms since 1970; null where that is not known. */
  quietSince: number | null
  /** How long the script thinks at once, at most, ms; Infinity where that is not known. */
  longestThoughtMs: number
}

// A pause of this length is no server's: who thinks longer than twice the longest iteration so far is rare.
const LEAST_STUCK_MS = 1_000
const STUCK_FACTOR = 2

/**
 * Accounts for every started iteration, and returns how long each user that was cut off had at least waited, ms. One that
 * had more time than any finished iteration took was waiting for an answer that never came; with less, it may have been
 * thinking.
 */
export function accountIterations(input: AccountInput): { account: IterationsAccount; waitsMs: number[] } {
  const { iterations, threw, cutOff, dropped } = input
  const finished = Math.max(0, iterations - threw)
  const found = unansweredWaits(input)
  const undecided = mayHaveThought(input) ? found.length : 0
  const waitsMs = undecided > 0 ? [] : found
  return {
    account: {
      started: finished + threw + cutOff,
      finished,
      threw,
      cutOff,
      dropped,
      unanswered: waitsMs.length,
      truncated: cutOff - found.length,
      ...(undecided > 0 ? { undecided } : {}),
    },
    waitsMs,
  }
}

/** Where no iteration came to its end, only the script's own pauses tell how long one may go without a request. */
function mayHaveThought({ longestMs, cutAt, quietSince, longestThoughtMs }: AccountInput): boolean {
  if (longestMs > 0 || cutAt === null || quietSince === null) return false
  return cutAt - quietSince <= longestThoughtMs
}

function unansweredWaits(input: AccountInput): number[] {
  const { cutOff, cameToItsEnd, scenarios, longestMs } = input
  if (!cameToItsEnd || scenarios.length === 0) return []
  // Which scenario each belonged to is not known, so the least that any of them waits is what all had.
  const graceMs = scenarios.reduce((least, scenario) => Math.min(least, scenario.graceMs), Infinity)
  const generous = graceMs > 0 && graceMs >= longestMs
  const stuckMs = Math.max(LEAST_STUCK_MS, STUCK_FACTOR * longestMs)
  const waits = Array.from({ length: cutOff }, (_, index) => Math.max(graceMs, quietMs(input, index)))
  return waits.filter((ms) => generous || ms > stuckMs)
}

/**
 * Users that loop begin anew when they have finished: the last iteration of the i-th user cut off ended no later than the
 * i-th latest of all. Of a load that ramps down only that all are quiet is a sign, and of arrivals not even that.
 */
function quietMs({ cutAt, lastEnds, scenarios }: AccountInput, index: number): number {
  const kinds = new Set(scenarios.map(({ kind }) => kind))
  const end = lastEnds[kinds.has("ramping") ? 0 : index]
  return cutAt === null || end === undefined || kinds.has("open") ? 0 : Math.max(0, cutAt - end)
}

export type UnansweredOptions = {
  samples: readonly SampleSeries[]
  cutAt: number
  /** Those that the users may be of, at least one. */
  scenarios: readonly string[]
  /** How many iterations came to their end. */
  finished: number
}

/** The users that were never answered as requests: failed, without a status, and at least that long. */
export function unansweredRequests(
  waitsMs: readonly number[],
  { samples, cutAt, scenarios, finished }: UnansweredOptions,
): SampleSeries[] {
  const [scenario] = scenarios
  if (waitsMs.length === 0 || scenario === undefined) return []
  const own = samples.filter((one) => scenarios.includes(one.scenario))
  const names = new Set(own.map(({ name }) => name))
  // Where no iteration came to its end, the one that waits may have been on a request that nobody has seen yet.
  const [only = ""] = names.size === 1 && finished > 0 ? names : []
  return [
    {
      scenario,
      phase: own.some(({ phase }) => phase !== "") ? "hold" : "",
      name: only,
      status: "0",
      expected: false,
      expectedTag: true,
      errorCode: "",
      unanswered: true,
      at: Float64Array.from(waitsMs, () => cutAt),
      ms: Float64Array.from(waitsMs),
    },
  ]
}
