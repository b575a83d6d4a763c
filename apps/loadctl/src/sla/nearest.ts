/** The known name that was probably meant, or null: at most a third of its letters differ. */
export function nearest(name: string, known: readonly string[]): string | null {
  const found = known
    .map((candidate) => ({ candidate, edits: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits)
    .at(0)
  return found && found.edits <= Math.max(1, Math.floor(name.length / 3)) ? found.candidate : null
}

/** Letters to insert, remove or replace to make one text the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = before[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, before[column]! + 1, current[column - 1]! + 1))
    }
    before = current
  }
  return before[b.length]!
}
