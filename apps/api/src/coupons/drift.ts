import type { Redis } from "ioredis"
import { z } from "zod"
import type { CouponPolicy } from "../generated/prisma/client.ts"
import type { Db, Tx } from "../infra/db.ts"
import { pendingKey, policyKey, policyUsersKey } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"
import { withRedisErrors } from "../infra/redis.ts"
import type { ConsistentSnapshot } from "../shop/consistent-snapshot.ts"
import { holderKey } from "./grants.ts"
import { Entries } from "./pending.ts"
import type { PendingClaim } from "./pending.ts"
import { limitedHolders, termsOf } from "./rebuild.ts"

const Looked = z.tuple([z.tuple([z.null(), Entries])], z.tuple([z.null(), z.record(z.string(), z.string())]))

/** Coupons by "policy", and by "policy:user" where a policy limits its users; 1 by "policy terms" that are known. */
type Counts = Map<string, number>

/**
 * By how many coupons the counts in Redis differ from what PostgreSQL granted and the pending list holds. 0 is right at
 * any moment.
 */
export function createClaimDrift({
  db,
  consistentSnapshot,
  redis,
}: {
  db: Db
  consistentSnapshot: ConsistentSnapshot
  redis: Redis
}) {
  return async (): Promise<number> => {
    const policies = await db.couponPolicy.findMany()
    return consistentSnapshot({
      look: (epoch) => countsInRedis(redis, epoch, policies),
      async compare(snapshot, { claims, counts }) {
        return difference(await expectedCounts(snapshot, claims), counts)
      },
    })
  }
}

/** All of one instant: claims go on meanwhile, and each moves a count and the list together. */
async function countsInRedis(redis: Redis, epoch: Epoch, policies: CouponPolicy[]) {
  const looks = redis.multi().xrange(pendingKey(epoch), "-", "+")
  for (const { id } of policies) looks.hgetall(policyKey(epoch, id)).hgetall(policyUsersKey(epoch, id))
  const [[, claims], ...hashes] = Looked.parse(await withRedisErrors(looks.exec()))
  const counts: Counts = new Map()
  for (const [index, policy] of policies.entries()) {
    const { id } = policy
    const hash = hashes[2 * index]?.[1] ?? {}
    counts.set(String(id), Number(hash["claimed"] ?? 0))
    if (Object.entries(termsOf(policy)).every(([name, value]) => hash[name] === value))
      counts.set(`${id} terms`, 1)
    const users = hashes[2 * index + 1]?.[1] ?? {}
    for (const [userId, held] of Object.entries(users)) counts.set(`${id}:${userId}`, Number(held))
  }
  return { claims, counts }
}

async function expectedCounts(snapshot: Tx, claims: PendingClaim[]): Promise<Counts> {
  const policies = await snapshot.couponPolicy.findMany()
  const counts: Counts = new Map(policies.map(({ id, issued }) => [String(id), issued]))
  for (const { id } of policies) counts.set(`${id} terms`, 1)
  for (const holder of await limitedHolders(snapshot)) counts.set(holderKey(holder), holder.coupons)

  const limited = new Set(policies.flatMap(({ id, perUserLimit }) => (perUserLimit === null ? [] : id)))
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  const claimIds = `{${claims.map(({ claimId }) => claimId).join()}}`
  const granted = await snapshot.$queryRaw<{ claimId: string }[]>`
    SELECT claim_id AS "claimId" FROM coupons WHERE claim_id = ANY (${claimIds}::uuid[])`
  // Committed and not trimmed yet, or appended twice: such a claim is one coupon all the same.
  const seen = new Set(granted.map(({ claimId }) => claimId))
  for (const claim of claims) {
    if (seen.has(claim.claimId)) continue
    seen.add(claim.claimId)
    add(String(claim.policyId))
    if (limited.has(claim.policyId)) add(holderKey(claim))
  }
  return counts
}

function difference(a: Counts, b: Counts): number {
  const keys = new Set([...a.keys(), ...b.keys()])
  return [...keys].reduce((sum, key) => sum + Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0)), 0)
}
