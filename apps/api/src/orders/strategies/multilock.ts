import { productLockKey } from "../../infra/keys.ts"
import { createLocks } from "../../infra/locks.ts"
import type { Line } from "../decide.ts"
import { createOrderQueue } from "../order-queue.ts"
import { placeSingleOrder } from "../single-order-transaction.ts"
import type { PlaceOrder, StrategyDeps } from "./strategy.ts"

const lockKeys = (lines: readonly Line[]) => lines.map(({ productId }) => productLockKey(productId))

/** A Redis lock on every product of the order, held around the whole order. */
export function createMultilockWideStrategy(deps: StrategyDeps): PlaceOrder {
  const { withLocks } = createLocks({ redis: deps.redis, waitMs: deps.lockWaitMs })
  const queue = createOrderQueue(deps, (job) => placeSingleOrder(deps, job))
  return (command, request) => withLocks(lockKeys(command.lines), () => queue.submit({ command, request }))
}

/** The Redis lock is held only around the stock update, which means until that update is committed. */
export function createMultilockNarrowStrategy(deps: StrategyDeps): PlaceOrder {
  const { hold } = createLocks({ redis: deps.redis, waitMs: deps.lockWaitMs })
  const lockStock = (lines: readonly Line[]) => hold(lockKeys(lines))
  const queue = createOrderQueue(deps, (job) => placeSingleOrder(deps, job, lockStock))
  return (command, request) => queue.submit({ command, request })
}
