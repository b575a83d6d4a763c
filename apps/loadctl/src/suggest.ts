/** The known word that a mistyped one was most likely meant to be; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const near = known
    .map((candidate) => ({
      candidate,
      distance: editDistance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .filter(({ candidate, distance }) => distance <= mostEdits(word, candidate))
    .toSorted((a, b) => a.distance - b.distance)
  return near[0]?.candidate ?? null
}

/** " (did you mean X?)", or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const found = nearest(word, known)
  return found === null ? "" : ` (did you mean ${found}?)`
}

/** A third of the letters, at least one and at most three, so that short words match only what is close. */
function mostEdits(a: string, b: string): number {
  return Math.min(3, Math.max(1, Math.floor(Math.max(a.length, b.length) / 3)))
}

/** Insertions, deletions, replacements and swaps of neighbors (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(rows, i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? at(rows, i - 2, j - 2) + 1
          : Infinity
      row[j] = Math.min(at(rows, i - 1, j) + 1, at([row], 0, j - 1) + 1, replaced, swapped)
    }
    rows.push(row)
  }
  return at(rows, a.length, b.length)
}

function at(rows: readonly (readonly number[])[], row: number, column: number): number {
  const value = rows[row]?.[column]
  if (value === undefined) throw new Error(`no distance at ${row}, ${column}`)
  return value
}
