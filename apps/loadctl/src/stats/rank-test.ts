/** How two groups of figures rank against each other. */
export type RankTest = {
  /** Mann-Whitney U of the candidate: pairs in which its figure is the larger one, ties counted half. */
  u: number
  /** Share of all pairs in which the candidate's figure is the larger one; 0.5 is no tendency. */
  superiority: number
  /** Two-sided probability of ranks at least this uneven if both groups were alike. */
  p: number
}

/**
 * Mann-Whitney rank test, exact also with ties: the distribution of the rank sum over every way to deal the pooled
 * midranks into two groups, by the shift algorithm of Streitberg and Röhmel (1986). The two-sided p counts the deals
 * that are at least as far from the expected rank sum. Null when a group is empty.
 *
 * Takes time and memory with the cube of the number of figures, so it is meant for blocks and runs, not requests.
 */
export function rankTest(base: readonly number[], candidate: readonly number[]): RankTest | null {
  const size = candidate.length
  if (base.length === 0 || size === 0) return null
  const ranks = doubledMidranks([...candidate, ...base])
  const observed = sum(ranks.slice(0, size))
  const u = observed / 2 - (size * (size + 1)) / 2
  return {
    u,
    superiority: u / (size * base.length),
    p: probability(ranks, size, observed),
  }
}

/** The smallest p that the test can give for groups of these sizes without ties. */
export function smallestP(base: number, candidate: number): number {
  let deals = 1
  for (let i = 1; i <= candidate; i += 1) deals = (deals * (base + i)) / i
  return Math.min(1, 2 / deals)
}

function probability(ranks: readonly number[], size: number, observed: number): number {
  const ways = dealCounts(ranks, size)
  const expected = (sum(ranks) * size) / ranks.length
  // Rank sums are whole or half numbers, so a hair's breadth tells rounding from a smaller distance.
  const distance = Math.abs(observed - expected) - 1e-9
  let all = 0
  let extreme = 0
  for (const [total, count] of ways.entries()) {
    all += count
    if (Math.abs(total - expected) >= distance) extreme += count
  }
  return extreme / all
}

/** By rank sum, the number of ways to pick `size` of the ranks. */
function dealCounts(ranks: readonly number[], size: number): Float64Array {
  const width = sum(ranks) + 1
  const counts = Array.from({ length: size + 1 }, () => new Float64Array(width))
  counts[0]![0] = 1
  for (const [index, rank] of ranks.entries()) {
    for (let picked = Math.min(size, index + 1); picked >= 1; picked -= 1) {
      const from = counts[picked - 1]!
      const into = counts[picked]!
      for (let total = rank; total < width; total += 1) into[total]! += from[total - rank]!
    }
  }
  return counts[size]!
}

/** Ranks from 1, the mean rank where figures are equal, times two so that they are whole numbers. */
function doubledMidranks(figures: readonly number[]): number[] {
  const sorted = figures.toSorted((a, b) => a - b)
  return figures.map((figure) => sorted.indexOf(figure) + sorted.lastIndexOf(figure) + 2)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
