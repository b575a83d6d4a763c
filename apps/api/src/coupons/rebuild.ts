import type { Redis } from "ioredis"
import type { CouponPolicy } from "../generated/prisma/client.ts"
import type { Tx } from "../infra/db.ts"
import { policyKey, policyUsersKey } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"

type Holder = { policyId: number; userId: number; coupons: number }

/** What the claim script needs to know of a policy, as Redis holds it. */
export function termsOf({ total, perUserLimit, startsAt, endsAt }: CouponPolicy): Record<string, string> {
  return {
    total: String(total),
    perUserLimit: perUserLimit === null ? "" : String(perUserLimit),
    startsAt: String(startsAt.getTime()),
    endsAt: String(endsAt.getTime()),
  }
}

/** Queues the commands that make the counts of every policy what PostgreSQL granted. The transaction owns the shop. */
export async function rebuildCounts(tx: Tx, { redis, epoch }: { redis: Redis; epoch: Epoch }) {
  const commands = redis.multi()
  for (const policy of await tx.couponPolicy.findMany()) {
    commands.del(policyKey(epoch, policy.id), policyUsersKey(epoch, policy.id))
    commands.hset(policyKey(epoch, policy.id), { ...termsOf(policy), claimed: policy.issued })
  }
  for (const { policyId, userId, coupons } of await limitedHolders(tx)) {
    commands.hset(policyUsersKey(epoch, policyId), userId, coupons)
  }
  return commands
}

/** How many coupons each user has of the policies that limit them. */
export function limitedHolders(tx: Tx): Promise<Holder[]> {
  return tx.$queryRaw<Holder[]>`
    SELECT policy_id AS "policyId", user_id AS "userId", count(*)::int AS coupons
    FROM coupons JOIN coupon_policies ON coupon_policies.id = policy_id
    WHERE per_user_limit IS NOT NULL GROUP BY policy_id, user_id`
}
