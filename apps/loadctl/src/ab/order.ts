/** "a", "b", ...: the first is what the others are compared with. */
export type SideName = string

export type Slot = { round: number; side: SideName }

/** The names of so many sides, in the order of the alphabet. */
export function sideNames(count: number): SideName[] {
  return Array.from({ length: count }, (_, index) => String.fromCodePoint(97 + index))
}

/**
 * One run of each side a round, every other round backwards: A B, B A, A B, ... Whatever drifts steadily while the
 * experiment lasts then falls on all sides alike.
 */
export function inTurns(rounds: number, sides: readonly SideName[]): Slot[] {
  return Array.from({ length: rounds }, (_, index) => {
    const order = index % 2 === 0 ? sides : sides.toReversed()
    return order.map((side) => ({ round: index + 1, side }))
  }).flat()
}
