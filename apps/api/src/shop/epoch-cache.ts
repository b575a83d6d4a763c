import type { Epoch } from "../infra/keys.ts"
import type { ShopView } from "./view.ts"

type EpochCacheDeps = { view: Pick<ShopView, "status">; most: number }

/** Remembers what never changes within one filling of the shop, and forgets all of it with the next one. */
export function createEpochCache<Value>({ view, most }: EpochCacheDeps) {
  const known = new Map<string, Value>()
  let epoch: Epoch | undefined

  function present(): Epoch | undefined {
    const status = view.status()
    return typeof status === "object" ? status.epoch : undefined
  }

  /** What is known of `key`, or else what `load` finds out. */
  return async (key: string, load: () => Promise<Value>): Promise<Value> => {
    const asked = present()
    if (asked !== epoch || known.size >= most) known.clear()
    epoch = asked
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const found = await load()
    // What was read before a refill must not be taken for what came after it.
    if (asked !== undefined && asked === epoch && asked === present()) known.set(key, found)
    return found
  }
}
