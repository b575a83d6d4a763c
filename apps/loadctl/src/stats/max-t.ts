// What rounding may add to a statistic that is the same in another arrangement.
const SAME = 1e-9

/**
 * Adjusted p values of a family of figures that are judged together: for each, the probability that equals would show
 * so large a statistic in any figure that is not already explained by a larger one. The step-down maxT procedure of
 * Westfall and Young, Resampling-Based Multiple Testing (1993), algorithm 4.1, as in Ge, Dudoit and Speed (2003), box 2.
 * It keeps the family-wise error under any correlation of the figures.
 *
 * @param observed one statistic a figure, larger in size is more unlike
 * @param arrangements the statistics under every arrangement of the labels, or a sample of them; the observed one must
 *   be among them (Phipson and Smyth 2010). A yielded array may be reused for the next arrangement.
 */
export function stepDownMaxT(
  observed: ArrayLike<number>,
  arrangements: Iterable<ArrayLike<number>>,
): number[] {
  const sizes = Array.from(observed, Math.abs)
  const order = [...sizes.keys()].toSorted((a, b) => sizes[b]! - sizes[a]!)
  const exceeding = new Uint32Array(sizes.length)
  let count = 0
  for (const statistics of arrangements) {
    count += 1
    let largest = 0
    for (let rank = order.length - 1; rank >= 0; rank -= 1) {
      const figure = order[rank]!
      largest = Math.max(largest, Math.abs(statistics[figure]!))
      if (largest >= sizes[figure]! * (1 - SAME)) exceeding[figure]! += 1
    }
  }
  if (count === 0) throw new RangeError("the observed arrangement must be among those counted")
  const adjusted = sizes.map(() => 1)
  let before = 0
  for (const figure of order) {
    before = Math.max(before, exceeding[figure]! / count)
    adjusted[figure] = before
  }
  return adjusted
}
