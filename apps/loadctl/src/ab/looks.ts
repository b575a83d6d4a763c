import { ALPHA, leastRounds } from "../compare/tests.ts"

/** A planned look at the rounds so far, and what it may spend of the alpha. */
export type Look = { round: number; alpha: number }

const FIRST_LOOK = 8
const BETWEEN_LOOKS = 4

/** What the looks before the last may spend of the alpha together: most of it is kept for when there is most to see. */
const EARLY_SHARE = 1 / 4

/**
 * When the sides are judged, decided before the first run. Every look spends a part of the alpha of its own (Bonferroni,
 * valid whatever the looks have in common), and so does every side that is set against A: to look whenever one likes and
 * stop at the first difference would find one between equals. With a fixed number of rounds there is one look, at its
 * end.
 */
export function planLooks({
  rounds,
  untilDecided,
  sides,
}: {
  rounds: number
  untilDecided: boolean
  sides: number
}): Look[] {
  const alpha = ALPHA / Math.max(1, sides - 1)
  let early = untilDecided ? earlyLooks(rounds) : []
  // A look at which so few rounds can say nothing would only spend.
  while (early.length > 0 && early[0]! < leastRounds((alpha * EARLY_SHARE) / early.length))
    early = early.slice(1)
  const each = early.length === 0 ? 0 : (alpha * EARLY_SHARE) / early.length
  return [
    ...early.map((round) => ({ round, alpha: each })),
    { round: rounds, alpha: alpha - each * early.length },
  ]
}

function earlyLooks(most: number): number[] {
  const looks: number[] = []
  for (let round = FIRST_LOOK; round < most; round += BETWEEN_LOOKS) looks.push(round)
  return looks
}
