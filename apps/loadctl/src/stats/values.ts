/** All values of several columns in one. */
export function concatColumns(columns: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const column of columns) {
    all.set(column, at)
    at += column.length
  }
  return all
}

/** The values at the positions that `keep` holds for. A typed array's own filter gathers them in a list first. */
export function selectColumn(column: Float64Array, keep: (index: number) => boolean): Float64Array {
  const kept = new Float64Array(column.length)
  let length = 0
  for (let index = 0; index < column.length; index += 1) {
    if (!keep(index)) continue
    kept[length] = column[index]!
    length += 1
  }
  return kept.slice(0, length)
}

export function countWhere(column: Float64Array, holds: (value: number) => boolean): number {
  let count = 0
  for (let index = 0; index < column.length; index += 1) if (holds(column[index]!)) count += 1
  return count
}
