import { productLockKey } from "../../infra/keys.ts"
import { createLocks } from "../../infra/locks.ts"
import type { Line } from "../decide.ts"
import { createLine } from "../line.ts"
import { placeAlone } from "../place-alone.ts"
import type { PlaceOrder, StrategyDeps } from "../place-order.ts"

const lockKeys = (lines: readonly Line[]) => lines.map(({ productId }) => productLockKey(productId))

/** A Redis lock on every product of the order, held around the whole order. */
export function createMultilockWideStrategy({
  db,
  redis,
  writers,
  maxQueued,
  lockWaitMs,
  onRetry,
}: StrategyDeps): PlaceOrder {
  const { withLocks } = createLocks({ redis, waitMs: lockWaitMs })
  const line = createLine({ place: (job) => placeAlone({ db, onRetry }, job), writers, maxQueued })
  return (command, request) => withLocks(lockKeys(command.lines), () => line.submit({ command, request }))
}

/** The Redis lock is held only around the stock update, which means until that update is committed. */
export function createMultilockNarrowStrategy({
  db,
  redis,
  writers,
  maxQueued,
  lockWaitMs,
  onRetry,
}: StrategyDeps): PlaceOrder {
  const { hold } = createLocks({ redis, waitMs: lockWaitMs })
  const lockStock = (lines: readonly Line[]) => hold(lockKeys(lines))
  const line = createLine({ place: (job) => placeAlone({ db, onRetry }, job, lockStock), writers, maxQueued })
  return (command, request) => line.submit({ command, request })
}
