import type { Bug } from "../bug.ts"

const DECIDE = "apps/api/src/coupons/decide-claims.ts"
const CLAIM = "apps/api/src/coupons/claim.ts"
const ROWS = "apps/api/src/coupons/claim-rows.ts"
const DRAIN = "apps/api/src/coupons/drain.ts"

const CLAIMS = "apps/api/test/claims.test.ts"
const INTERLEAVINGS = "apps/api/test/claim-interleavings.test.ts"
const PROMISES = "apps/api/test/promises.test.ts"
const REDELIVERY = "apps/api/test/redelivery.test.ts"

const TOTAL_NOT_DECIDED = {
  file: DECIDE,
  find: "policy.claimed >= policy.total",
  replace: "policy.total < 0",
}
const LIMIT_NOT_DECIDED = {
  file: DECIDE,
  find: "userOrdinal > policy.perUserLimit",
  replace: "policy.perUserLimit < 0",
}

/** Guards of coupons. */
export const COUPON_BUGS: Bug[] = [
  {
    id: "total-not-decided",
    guard: "a claim is refused when its policy is sold out",
    patches: [TOTAL_NOT_DECIDED],
    tests: [{ file: CLAIMS, names: ["through HTTP, > a policy's total"] }],
  },
  {
    id: "total-unchecked",
    guard: "through HTTP, > a policy never promises more than its total",
    patches: [
      TOTAL_NOT_DECIDED,
      { file: ROWS, find: " AND p.claimed + added <= p.total RETURNING 1", replace: " RETURNING 1" },
    ],
    without: ["coupon_policies.coupon_policies_claimed_check"],
    tests: [{ file: CLAIMS, names: ["through HTTP, > a policy's total"] }],
  },
  {
    id: "user-limit-not-decided",
    guard: "a claim is refused when its user has all that the policy allows",
    patches: [LIMIT_NOT_DECIDED],
    tests: [{ file: CLAIMS, names: ["through HTTP, > a policy's limit"] }],
  },
  {
    id: "user-limit-unchecked",
    guard: "through HTTP, > a policy's limit for each user",
    patches: [
      LIMIT_NOT_DECIDED,
      {
        file: ROWS,
        find: " AND t.user_ordinal <= coalesce(p.per_user_limit, t.user_ordinal)",
        replace: "",
      },
    ],
    tests: [{ file: CLAIMS, names: ["through HTTP, > a policy's limit"] }],
  },
  {
    id: "policies-unlocked",
    guard: "what a batch of claims reads is true until it commits",
    patches: [{ file: ROWS, find: "      ORDER BY id FOR NO KEY UPDATE", replace: "      ORDER BY id" }],
    tests: [
      { file: INTERLEAVINGS, names: ["two processes that claim at the same instant > share a policy's"] },
    ],
  },
  {
    id: "claims-read-before-the-lock",
    guard: "the holdings are read in a snapshot that begins after the lock",
    patches: [
      {
        file: ROWS,
        find: `  const policies = await lockPolicies(tx, claims)
  const { missingUsers, known, holdings } = await readHoldings(tx, claims)`,
        replace: `  const { missingUsers, known, holdings } = await readHoldings(tx, claims)
  const policies = await lockPolicies(tx, claims)`,
      },
    ],
    tests: [
      { file: INTERLEAVINGS, names: ["two processes that claim at the same instant > share a user's"] },
    ],
  },
  {
    id: "claim-keys-unlocked",
    guard: "two processes with one key know of each other, whatever the policies are",
    patches: [{ file: ROWS, find: "count(pg_advisory_xact_lock(key))", replace: "count(key)" }],
    tests: [{ file: INTERLEAVINGS, names: ["two processes that claim at the same instant > share a key"] }],
  },
  {
    id: "claim-key-ignores-its-user",
    guard: "keys of two users never meet where a token says who asks",
    patches: [
      {
        file: "apps/api/src/idempotency/request.ts",
        find: `if (typeof subject !== "string") return key`,
        replace: `if (subject !== null) return key`,
      },
    ],
    tests: [{ file: "apps/api/test/auth.test.ts", names: ["an Idempotency-Key > of an order or a claim"] }],
  },
  {
    id: "claim-key-ends-with-its-coupon",
    guard: "a key finds the coupon that its claim became",
    patches: [
      {
        file: ROWS,
        find: `      UNION ALL
      SELECT claim_id, policy_id, user_id FROM coupons WHERE claim_id = ANY (\${keyedIds}::uuid[])
    ), holdings`,
        replace: "    ), holdings",
      },
    ],
    tests: [{ file: PROMISES, names: ["a claim with an Idempotency-Key > is found as its coupon"] }],
  },
  {
    id: "waiting-claims-forgotten",
    guard: "claims that wait count for the limit of their user",
    patches: [
      {
        file: ROWS,
        find: `(SELECT max(user_ordinal) FROM coupon_claims c`,
        replace: `(SELECT max(user_ordinal) - 1000 FROM coupon_claims c`,
      },
    ],
    tests: [{ file: PROMISES, names: ["claims accepted while no worker runs > count for the total"] }],
  },
  {
    id: "coupons-forgotten",
    guard: "claims that became coupons count for the limit of their user",
    patches: [
      {
        file: ROWS,
        find: `(SELECT max(user_ordinal) FROM coupons c`,
        replace: `(SELECT max(user_ordinal) - 1000 FROM coupons c`,
      },
    ],
    tests: [{ file: PROMISES, names: ["claims accepted while no worker runs > count as much"] }],
  },
  {
    id: "claim-answered-before-commit",
    guard: "a claim is answered 201 only after it is committed",
    patches: [
      {
        file: CLAIM,
        find: "withRetry(() => writeDb.$transaction((tx) => claimBatch(tx, claims, clock())), {",
        replace: `withRetry(() => new Promise<Decision<IdentifiedClaim>[]>((resolve) => {
      writeDb.$transaction(async (tx) => resolve(await claimBatch(tx, claims, clock()))).catch(() => undefined)
    }), {`,
      },
    ],
    tests: [{ file: INTERLEAVINGS, names: ["a claim whose commit fails"] }],
  },
  {
    id: "claim-drained-twice",
    guard: "a claim leaves the table when it becomes a coupon",
    patches: [
      {
        file: DRAIN,
        find: `DELETE FROM coupon_claims
      WHERE id IN (SELECT id FROM coupon_claims WHERE \${which} FOR UPDATE SKIP LOCKED)
      RETURNING *`,
        replace: "SELECT * FROM coupon_claims WHERE ${which} FOR UPDATE SKIP LOCKED",
      },
    ],
    tests: [{ file: REDELIVERY, names: ["a drain that dies"] }],
  },
  {
    id: "claim-lost-by-the-drain",
    guard: "a claim that leaves the table is a coupon",
    patches: [{ file: DRAIN, find: "FROM taken ORDER BY id", replace: "FROM taken ORDER BY id LIMIT 19" }],
    tests: [{ file: REDELIVERY, names: ["a drain that dies"] }],
  },
  {
    id: "drains-wait-for-each-other",
    guard: "a drain leaves alone what another one moves",
    patches: [{ file: DRAIN, find: " FOR UPDATE SKIP LOCKED)", replace: ")" }],
    tests: [{ file: INTERLEAVINGS, names: ["the drain > leaves alone"] }],
  },
  {
    id: "refused-claim-blocks-the-others",
    guard: "a claim that the database refuses as a coupon holds nobody else up",
    patches: [{ file: DRAIN, find: "if (!isRefusedRow(error)) throw error", replace: "throw error" }],
    tests: [{ file: INTERLEAVINGS, names: ["a claim that the database refuses as a coupon"] }],
  },
  {
    id: "refusal-remembered-for-good",
    guard: "Redis refuses for a second at most without asking PostgreSQL",
    patches: [
      {
        file: "apps/api/src/coupons/fast-refusals.ts",
        find: `marks.set(key, 1, "PX", REMEMBERED_MS)`,
        replace: "marks.set(key, REMEMBERED_MS)",
      },
    ],
    tests: [{ file: PROMISES, names: ["Redis that loses everything again and again > remembers"] }],
  },
  {
    id: "worker-needs-redis",
    guard: "a worker finds waiting claims without being told",
    patches: [
      {
        file: "apps/api/src/coupons/drain-job.ts",
        find: `if (ageMs > OVERDUE_MS || redis.status !== "ready") await drain.drainAll()`,
        replace: "if (ageMs < 0) await drain.drainAll()",
      },
    ],
    tests: [
      {
        file: PROMISES,
        names: ["claims accepted while no worker runs > become coupons of a worker that has"],
      },
    ],
  },
  {
    id: "total-lowered-past-promises",
    guard: "a policy's total is never set below what was accepted",
    patches: [
      {
        file: "apps/api/src/coupons/policies.ts",
        find: " AND claimed <= ${total}::int`",
        replace: "`",
      },
    ],
    without: ["coupon_policies.coupon_policies_claimed_check"],
    tests: [{ file: PROMISES, names: ["a policy's total > can be lowered"] }],
  },
]
