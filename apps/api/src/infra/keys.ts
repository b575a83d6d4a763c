/** Every key the shop has in Redis. What outlives a second and depends on the seeding carries its epoch, so that nothing of an older one is read. */
export const PREFIX = "saleproof"

export const QUEUE_PREFIX = `${PREFIX}:queue`

/** Hash {epoch, generation, runId}: its absence, or another runId, says that Redis lost data. */
export const shopKey = `${PREFIX}:shop`

export type Epoch = string

/** The epoch that a key belongs to, if it belongs to one. */
export const epochOf = (key: string): Epoch | undefined => /^[^:]+:([\da-f-]{36}):/.exec(key)?.[1]

/** Kept for a second; the ids of policies and users are never used twice, so no epoch is needed. */
export const soldOutKey = (policyId: number) => `${PREFIX}:sold-out:${policyId}`
export const limitReachedKey = (policyId: number, userId: number) => `${PREFIX}:limit:${policyId}:${userId}`

export const productNamesKey = (epoch: Epoch) => `${PREFIX}:${epoch}:products`
export const rankingKey = (epoch: Epoch, day: string) => `${PREFIX}:${epoch}:ranking:${day}`
export const rankedEventsKey = (epoch: Epoch) => `${PREFIX}:${epoch}:ranking:events`

/** Outlives a refill of the shop, as whoever holds it may do. */
export const productLockKey = (productId: number) => `${PREFIX}:lock:product:${productId}`
