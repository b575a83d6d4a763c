import type { Db } from "../infra/db.ts"
import { every } from "../infra/every.ts"
import type { Recurring } from "../infra/every.ts"
import type { Epoch } from "../infra/keys.ts"
import { shopEpoch } from "./epoch.ts"

const LOOK_EVERY_MS = 250

/** What epoch this process last read: another process may have emptied the shop. Undefined while it cannot be read. */
export function createEpochWatch({ db }: { db: Db }) {
  let epoch: Epoch | undefined
  let looking: Recurring | undefined

  async function refresh(): Promise<void> {
    epoch = await shopEpoch(db)
  }

  return {
    refresh,
    /** The first call starts the watch. */
    current(): Epoch | undefined {
      looking ??= every({ everyMs: LOOK_EVERY_MS, step: refresh, onError: () => (epoch = undefined) })
      return epoch
    },
    stop: async () => looking?.stop(),
  }
}

export type EpochWatch = ReturnType<typeof createEpochWatch>
