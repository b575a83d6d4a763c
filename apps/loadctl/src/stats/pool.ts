/**
 * The durations of several blocks in one ascending row that remembers whose each is, so that the quantile of any
 * selection of blocks, also with repeats, is found without sorting again.
 */
export type Pool = {
  values: Float64Array
  /** Index of the block that the value at the same position comes from. */
  owners: Uint32Array
  /** For each block, how many values it has. */
  sizes: number[]
  /** For each block, how many of its values stand before position 0, STRIDE, 2·STRIDE, ... */
  before: Uint32Array[]
}

// The walk from a checkpoint costs as much as a few steps of the search for it.
const STRIDE = 64

/** @param blocks durations of each block in any order */
export function poolBlocks(blocks: readonly ArrayLike<number>[]): Pool {
  const length = blocks.reduce((sum, block) => sum + block.length, 0)
  const values = new Float64Array(length)
  const owners = new Uint32Array(length)
  const unsorted = Float64Array.from(blocks.flatMap((block) => Array.from(block)))
  const ownerOf = blocks.flatMap((block, index) => Array.from(block, () => index))
  const order = Uint32Array.from(unsorted.keys()).toSorted((a, b) => unsorted[a]! - unsorted[b]!)
  for (const [position, from] of order.entries()) {
    values[position] = unsorted[from]!
    owners[position] = ownerOf[from]!
  }
  const sizes = blocks.map((block) => block.length)
  return { values, owners, sizes, before: checkpoints(owners, blocks.length) }
}

function checkpoints(owners: Uint32Array, blocks: number): Uint32Array[] {
  const seen = new Uint32Array(blocks)
  const before = Array.from({ length: blocks }, () => new Uint32Array(Math.ceil(owners.length / STRIDE)))
  for (const [position, owner] of owners.entries()) {
    if (position % STRIDE === 0) {
      for (const [block, count] of seen.entries()) before[block]![position / STRIDE] = count
    }
    seen[owner]! += 1
  }
  return before
}

/**
 * The q-quantile of the blocks with each taken `weights` times, interpolated as in quantile.ts. Null when that leaves
 * no value.
 */
export function weightedQuantile(pool: Pool, weights: ArrayLike<number>, q: number): number | null {
  const total = pool.sizes.reduce((sum, size, block) => sum + size * weights[block]!, 0)
  if (total === 0) return null
  const position = q * (total - 1)
  const below = Math.floor(position)
  const low = valueAt(pool, weights, below)
  if (position === below) return low
  return low + (valueAt(pool, weights, below + 1) - low) * (position - below)
}

/** The value that stands at a rank (from 0) of the weighted row. */
function valueAt({ values, owners, before }: Pool, weights: ArrayLike<number>, rank: number): number {
  const weightBefore = (checkpoint: number): number => {
    let sum = 0
    for (let block = 0; block < before.length; block += 1)
      sum += weights[block]! * before[block]![checkpoint]!
    return sum
  }
  let low = 0
  let high = Math.ceil(values.length / STRIDE) - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (weightBefore(middle) <= rank) low = middle
    else high = middle - 1
  }
  let position = low * STRIDE
  for (let passed = weightBefore(low); ; position += 1) {
    passed += weights[owners[position]!]!
    if (passed > rank) return values[position]!
  }
}
