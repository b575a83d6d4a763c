import { median } from "./spread.ts"

/** A load and the latency under it. */
export type Point = { x: number; y: number }

/**
 * Where a rising curve turns upward: the point farthest below the straight line from its first to its last, after
 * both axes are scaled to 1, as in Satopää et al., "Finding a Kneedle in a Haystack" (2011). A load that was
 * measured more than once counts with its median. Null with fewer than three loads, or when the curve hardly rises
 * or has no bend.
 */
export function knee(points: readonly Point[]): Point | null {
  const loads = Map.groupBy(points, ({ x }) => x)
  const curve = [...loads].map(([x, own]) => ({ x, y: median(own.map(({ y }) => y)) }))
  const sorted = curve.toSorted((a, b) => a.x - b.x)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (sorted.length < 3 || !first || !last || last.y < LEAST_RISE * first.y) return null
  const depth = ({ x, y }: Point): number =>
    (x - first.x) / (last.x - first.x) - (y - first.y) / (last.y - first.y)
  const deepest = sorted.reduce((best, point) => (depth(point) > depth(best) ? point : best))
  return depth(deepest) >= MIN_DEPTH ? deepest : null
}

// A latency that rises by less over all loads is the noise of runs, not a knee.
const LEAST_RISE = 1.25
// A curve this close to the straight line bends nowhere in particular.
const MIN_DEPTH = 0.1
