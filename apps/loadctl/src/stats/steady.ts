/** When requests were sent and ended, ms since 1970; both in the same order. */
export type Flights = { from: ArrayLike<number>; to: ArrayLike<number> }

/** Mean requests in flight in stretches of equal length of a window. */
export type InFlight = number[]

const STRETCHES = 6
// Of six stretches in any order, 0.8 % rise as steadily as this or more (Mann 1945, Kendall's table: S ≥ 13).
const RISING = 13
// What of the requests may be left over at the end; less is the edge of a window, not a queue.
const LEFT_OVER = 0.005
const LEAST_LEFT_OVER = 2

/** Requests in flight on the average of each stretch: the time that all of them spent in it, over its length (Little 1961). */
export function inFlightOf({ from, to }: Flights, window: { from: number; to: number }): InFlight {
  const length = (window.to - window.from) / STRETCHES
  const busy = Array.from({ length: STRETCHES }, () => 0)
  for (let index = 0; index < from.length; index += 1) {
    const [start, end] = [Math.max(from[index]!, window.from), Math.min(to[index]!, window.to)]
    if (end <= start) continue
    const last = Math.min(STRETCHES - 1, Math.floor((end - window.from) / length))
    for (let stretch = Math.floor((start - window.from) / length); stretch <= last; stretch += 1) {
      const begins = window.from + stretch * length
      busy[stretch]! += Math.max(0, Math.min(end, begins + length) - Math.max(start, begins))
    }
  }
  return busy.map((ms) => ms / length)
}

/**
 * Whether a target falls behind: its requests in flight rise from stretch to stretch (Mann-Kendall's S), and by more than
 * a trifle of all that were sent. If more is sent than is completed, no limit holds for long.
 */
export function isFallingBehind(inFlight: InFlight, requests: number): boolean {
  const growth = inFlight.at(-1)! - inFlight[0]!
  return growth >= Math.max(LEAST_LEFT_OVER, LEFT_OVER * requests) && kendallS(inFlight) >= RISING
}

/** Pairs that rise minus pairs that fall. */
function kendallS(values: readonly number[]): number {
  return values.reduce(
    (sum, value, index) =>
      sum + values.slice(index + 1).reduce((rising, later) => rising + Math.sign(later - value), 0),
    0,
  )
}
