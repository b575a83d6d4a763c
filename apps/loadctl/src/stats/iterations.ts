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
  /** Without those that had come to their end, and were in the pause of minIterationDuration. */
  cutOff: number
  dropped: number
  /** Whether the load came to its planned end: otherwise that end cut off no iteration. */
  cameToItsEnd: boolean
  scenarios: readonly PlannedScenario[]
  /** The longest iteration that finished, ms, without its pause. */
  longestMs: number
  /** How long an iteration is at least with its pause, ms. */
  minIterationMs: number
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
 * thinking. So may one whose script can pause for as long as it was quiet: nobody knows.
 */
export function accountIterations(input: AccountInput): {
  account: IterationsAccount
  waitsMs: readonly number[]
} {
  const { iterations, threw, cutOff, dropped } = input
  const finished = Math.max(0, iterations - threw)
  const found = unansweredWaits(input)
  const waitsMs = withoutThinkers(found, input)
  const undecided = found.length - waitsMs.length
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

/** The waits of users that cannot have been thinking. */
function withoutThinkers(waitsMs: readonly number[], input: AccountInput): readonly number[] {
  const { longestMs, cutAt, quietSince, longestThoughtMs } = input
  if (cutAt === null || quietSince === null) return waitsMs
  const quiet = cutAt - quietSince
  // Where no iteration came to its end, only the script's own pauses tell how long one may go without a request.
  if (longestMs === 0) return quiet <= longestThoughtMs ? [] : waitsMs
  // Pauses that nobody knows are none in a load in which nobody goes on.
  if (longestThoughtMs === Infinity) return goesOn(input) ? [] : waitsMs
  // A request that ended after every iteration is one of an iteration that was cut off: that user went on.
  const isLate = quietSince > (input.lastEnds[0] ?? quietSince)
  if (isLate && quiet <= longestThoughtMs + LEAST_STUCK_MS) return []
  return waitsMs.filter((ms) => ms > longestThoughtMs)
}

/** Whether iterations came to their end as long as new ones began. */
function goesOn(input: AccountInput): boolean {
  const { cutAt, lastEnds } = input
  const [latest] = lastEnds
  return cutAt !== null && latest !== undefined && latest >= cutAt - graceOf(input) - stuckAfter(input)
}

/** Which scenario each user belonged to is not known, so the least that any of them waits is what all had. */
function graceOf({ scenarios }: Pick<AccountInput, "scenarios">): number {
  return scenarios.reduce((least, { graceMs }) => Math.min(least, graceMs), Infinity)
}

/** Who has been without an end for so long is stuck, ms. */
function stuckAfter({
  longestMs,
  minIterationMs,
}: Pick<AccountInput, "longestMs" | "minIterationMs">): number {
  return Math.max(LEAST_STUCK_MS, STUCK_FACTOR * Math.max(longestMs, minIterationMs))
}

function unansweredWaits(input: AccountInput): number[] {
  const { cutOff, cameToItsEnd, scenarios, longestMs } = input
  if (!cameToItsEnd || scenarios.length === 0) return []
  const graceMs = graceOf(input)
  const generous = graceMs > 0 && graceMs >= longestMs
  const waits = Array.from({ length: cutOff }, (_, index) => Math.max(graceMs, quietMs(input, index)))
  return waits.filter((ms) => generous || ms > stuckAfter(input))
}

/**
 * Users that loop begin anew when they have finished: the last iteration of the i-th user cut off ended no later than the
 * i-th latest of all. Of a load that ramps down only that all are quiet is a sign, and of arrivals not even that.
 */
function quietMs({ cutAt, lastEnds, scenarios, minIterationMs }: AccountInput, index: number): number {
  const kinds = new Set(scenarios.map(({ kind }) => kind))
  const end = lastEnds[kinds.has("ramping") ? 0 : index]
  if (cutAt === null || end === undefined || kinds.has("open")) return 0
  return Math.max(0, cutAt - end - minIterationMs)
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
