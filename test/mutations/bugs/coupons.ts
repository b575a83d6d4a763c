import type { Bug } from "../bug.ts"

const SCRIPT = "apps/api/src/coupons/claim-script.ts"
const GRANTS = "apps/api/src/coupons/grants.ts"

const CLAIMS = "apps/api/test/claims.test.ts"
const HEAL = "apps/api/test/heal.test.ts"
const REDELIVERY = "apps/api/test/redelivery.test.ts"

const NO_TOTAL_IN_REDIS = {
  file: SCRIPT,
  find: "if tonumber(policy[2]) >= tonumber(policy[1]) then",
  replace: "if false then",
}
const NO_LIMIT_IN_REDIS = {
  file: SCRIPT,
  find: "elseif limit and tonumber(redis.call('HGET', KEYS[3], ARGV[3]) or 0) >= limit then",
  replace: "elseif false then",
}

/** Guards of coupons and of the realtime ranking. */
export const COUPON_BUGS: Bug[] = [
  {
    id: "total-not-checked-by-redis",
    guard: "Redis promises no coupon that PostgreSQL cannot grant",
    patches: [NO_TOTAL_IN_REDIS],
    tests: [{ file: CLAIMS, names: ["through HTTP, > a policy's total"] }],
  },
  {
    id: "issued-count-not-checked",
    guard: "through HTTP, > a policy never issues more than its total",
    patches: [
      NO_TOTAL_IN_REDIS,
      { file: GRANTS, find: "if (policy.issued >= policy.total)", replace: "if (policy.total < 0)" },
    ],
    without: ["coupon_policies.coupon_policies_issued_check"],
    tests: [{ file: CLAIMS, names: ["through HTTP, > a policy's total"] }],
  },
  {
    id: "user-limit-not-checked-by-redis",
    guard: "Redis promises no user more than the policy's limit",
    patches: [NO_LIMIT_IN_REDIS],
    tests: [{ file: CLAIMS, names: ["through HTTP, > a policy's limit"] }],
  },
  {
    id: "user-limit-ignored",
    guard: "through HTTP, > a policy's limit for each user",
    patches: [
      NO_LIMIT_IN_REDIS,
      { file: GRANTS, find: "ordinal > policy.perUserLimit)", replace: "policy.perUserLimit < 0)" },
    ],
    tests: [{ file: CLAIMS, names: ["through HTTP, > a policy's limit"] }],
  },
  {
    id: "claim-appended-twice",
    guard: "an accepted claim stands in the pending list once",
    patches: [
      {
        file: SCRIPT,
        find: "local entry = redis.call('XADD', KEYS[4], '*', 'claimId', ARGV[5],",
        replace: `local twin = string.sub(ARGV[5], 1, -2) .. (string.sub(ARGV[5], -1) == '0' and '1' or '0')
redis.call('XADD', KEYS[4], '*', 'claimId', twin, 'policyId', ARGV[4], 'userId', ARGV[3],
  'claimedAt', ARGV[2], 'hash', '', 'key', '')
local entry = redis.call('XADD', KEYS[4], '*', 'claimId', ARGV[5],`,
      },
    ],
    tests: [{ file: CLAIMS, names: ["through HTTP, > 300 claims of five policies"] }],
  },
  {
    id: "claim-granted-again",
    guard: "a claim that is read twice is granted once",
    patches: [
      {
        file: GRANTS,
        find: `if (seen.has(claim.claimId)) return { claim, outcome: "repeated" }`,
        replace: "",
      },
    ],
    tests: [{ file: HEAL, names: ["claims accepted while no worker runs > are each one coupon"] }],
  },
  {
    id: "trimmed-before-commit",
    guard: "a claim leaves the pending list only after its coupon is committed",
    patches: [
      {
        file: "apps/api/src/coupons/drain.ts",
        find: "const decisions = await withRetry(",
        replace: `await pending.trimThrough(epoch, last.entryId)
    const decisions = await withRetry(`,
      },
    ],
    tests: [{ file: REDELIVERY, names: ["a drain that dies"] }],
  },
  {
    id: "promises-forgotten",
    guard: "a process remembers the claims that it accepted until they are coupons",
    patches: [
      {
        file: "apps/api/src/coupons/claim.ts",
        find: "unconfirmed.remember(shop, reply.entryId, claim)",
        replace: "void 0",
      },
    ],
    tests: [
      { file: HEAL, names: ["claims accepted while no worker runs > become coupons also when Redis loses"] },
    ],
  },
  {
    id: "ranking-counted-twice",
    guard: "an order that is brought to the ranking twice counts once",
    patches: [
      {
        file: "apps/api/src/rankings/relay.ts",
        find: "if redis.call('SADD', KEYS[1], event.id) == 1 then",
        replace: "if redis.call('SADD', KEYS[1], event.id) then",
      },
    ],
    tests: [{ file: REDELIVERY, names: ["a relay that dies"] }],
  },
  {
    id: "order-missing-in-ranking",
    guard: "an event leaves the outbox only after the ranking counts it",
    patches: [
      {
        file: "apps/api/src/rankings/relay.ts",
        find: "if (events.length > 0) await apply(epoch, events)",
        replace: "",
      },
    ],
    tests: [{ file: REDELIVERY, names: ["a relay that dies"] }],
  },
]
