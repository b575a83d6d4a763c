import type { Epoch } from "../infra/keys.ts"
import type { EpochWatch } from "./epoch-watch.ts"

type EpochCacheDeps = { epochWatch: Pick<EpochWatch, "current">; most: number }

/**
 * Caches what never changes between two seedings of the shop, and drops all of it with the next one. Null, which is what
 * may yet come to exist, is not kept.
 */
export function createEpochCache<Value>({ epochWatch, most }: EpochCacheDeps) {
  const known = new Map<string, Value>()
  let epoch: Epoch | undefined

  /** What is known of `key`, or else what `load` finds out. */
  return async <Missing extends null = null>(
    key: string,
    load: () => Promise<Value | Missing>,
  ): Promise<Value | Missing> => {
    const asked = epochWatch.current()
    if (asked !== epoch || known.size >= most) known.clear()
    epoch = asked
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const found = await load()
    // Rows read before the shop was seeded again must not be cached for the new epoch.
    const current = asked !== undefined && asked === epoch && asked === epochWatch.current()
    if (current && found !== null) known.set(key, found)
    return found
  }
}
