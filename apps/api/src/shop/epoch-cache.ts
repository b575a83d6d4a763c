import type { Epoch } from "../infra/keys.ts"
import type { EpochWatch } from "./epoch-watch.ts"

type EpochCacheDeps = { epochWatch: Pick<EpochWatch, "current">; most: number }

/** Remembers what never changes within one filling of the shop, and forgets all of it with the next one. */
export function createEpochCache<Value>({ epochWatch, most }: EpochCacheDeps) {
  const known = new Map<string, Value>()
  let epoch: Epoch | undefined

  /** What is known of `key`, or else what `load` finds out. */
  return async (key: string, load: () => Promise<Value>): Promise<Value> => {
    const asked = epochWatch.current()
    if (asked !== epoch || known.size >= most) known.clear()
    epoch = asked
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const found = await load()
    // What was read before a refill must not be taken for what came after it.
    if (asked !== undefined && asked === epoch && asked === epochWatch.current()) known.set(key, found)
    return found
  }
}
