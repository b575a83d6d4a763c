/** Every key the shop has in Redis. None of them holds anything that PostgreSQL does not have. */
export const PREFIX = "saleproof"

export const QUEUE_PREFIX = `${PREFIX}:queue`

export type Epoch = string

/** Kept for 1 s; the ids of policies and users are never used twice, so no epoch is needed. */
export const soldOutKey = (policyId: number) => `${PREFIX}:sold-out:${policyId}`
export const limitReachedKey = (policyId: number, userId: number) => `${PREFIX}:limit:${policyId}:${userId}`

/** Hash {epoch, day, generation, cursor} of the ranking that is served. */
export const liveRankingKey = `${PREFIX}:ranking`
/** The same of the one that is being built. */
export const nextRankingKey = `${PREFIX}:ranking:next`
/** Sorted set of units; the generation names one build. */
export const rankingSetKey = (generation: string) => `${PREFIX}:ranking:set:${generation}`

/** What versions before committed claims left: the lists of accepted claims, and all else, under an epoch or `shop`. */
export const OLD_PENDING = {
  glob: `${PREFIX}:*:claims:pending`,
  exact: /^saleproof:[\da-f-]{36}:claims:pending$/,
}
export const OLD_KEYS = { glob: `${PREFIX}:*`, exact: /^saleproof:([\da-f-]{36}:|shop$)/ }

/** Not under an epoch: a lock holder may outlive the seeding. */
export const productLockKey = (productId: number) => `${PREFIX}:lock:product:${productId}`
