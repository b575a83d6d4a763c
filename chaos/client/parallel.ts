/** Works on every item, so many at a time, and answers the results in the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  { most, work }: { most: number; work: (item: T) => Promise<R> },
): Promise<R[]> {
  const results: R[] = []
  const waiting = items.entries()
  const next = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, next))
  return results
}
