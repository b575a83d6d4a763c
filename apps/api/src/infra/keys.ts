/** Every key the shop has in Redis. All but `shop` carry the epoch, so that what an older shop left behind is never read. */
export const PREFIX = "saleproof"

export const QUEUE_PREFIX = `${PREFIX}:queue`

/** Hash {epoch, generation, runId}: its absence, or another runId, says that Redis lost data. */
export const shopKey = `${PREFIX}:shop`

export type Epoch = string

/** The epoch that a key belongs to, if it belongs to one. */
export const epochOf = (key: string): Epoch | undefined => /^[^:]+:([\da-f-]{36}):/.exec(key)?.[1]

export const pendingKey = (epoch: Epoch) => `${PREFIX}:${epoch}:claims:pending`
export const wakeKey = (epoch: Epoch) => `${PREFIX}:${epoch}:claims:wake`
export const claimAnswerKey = (epoch: Epoch, key: string) => `${PREFIX}:${epoch}:claims:answer:${key}`
export const policyKey = (epoch: Epoch, policyId: number) => `${PREFIX}:${epoch}:policy:${policyId}`
export const policyUsersKey = (epoch: Epoch, policyId: number) => `${policyKey(epoch, policyId)}:users`

export const productNamesKey = (epoch: Epoch) => `${PREFIX}:${epoch}:products`
export const rankingKey = (epoch: Epoch, day: string) => `${PREFIX}:${epoch}:ranking:${day}`
export const rankedEventsKey = (epoch: Epoch) => `${PREFIX}:${epoch}:ranking:events`

/** Outlives a refill of the shop, as whoever holds it may do. */
export const productLockKey = (productId: number) => `${PREFIX}:lock:product:${productId}`
