export type SideName = "a" | "b"

export type Slot = { round: number; side: SideName }

/**
 * One run of each side a round, the first side alternating: A B, B A, A B, ... Whatever drifts steadily while the
 * experiment lasts then falls on both sides alike.
 */
export function abba(rounds: number): Slot[] {
  return Array.from({ length: rounds }, (_, index) => {
    const sides: SideName[] = index % 2 === 0 ? ["a", "b"] : ["b", "a"]
    return sides.map((side) => ({ round: index + 1, side }))
  }).flat()
}
