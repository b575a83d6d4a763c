import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const DECIDE = "apps/api/src/coupons/decide-claims.ts"
const ROWS = "apps/api/src/coupons/claim-rows.ts"
const BATCH = "apps/api/src/infra/batch-transaction.ts"
const DRAIN = "apps/api/src/coupons/drain.ts"

const CLAIMS = "apps/api/test/claims.test.ts"
const INTERLEAVINGS = "apps/api/test/claim-interleavings.test.ts"
const PROMISES = "apps/api/test/promises.test.ts"
const SET_ASIDE = "apps/api/test/set-aside.test.ts"
const REDELIVERY = "apps/api/test/redelivery.test.ts"

const TOTAL_NOT_DECIDED = [DECIDE, "policy.claimed >= policy.total", "policy.total < 0"] as const
const LIMIT_NOT_DECIDED = [DECIDE, "userOrdinal > policy.perUserLimit", "policy.perUserLimit < 0"] as const

/** Guards of coupons. */
export const COUPON_BUGS: Bug[] = [
  bug("total-not-decided", "a claim is refused when its policy is sold out")
    .replacing(...TOTAL_NOT_DECIDED)
    .caughtBy(CLAIMS, "through HTTP, > a policy's total"),
  bug("total-unchecked", "through HTTP, > a policy never promises more than its total")
    .replacing(...TOTAL_NOT_DECIDED)
    .replacing(ROWS, " AND p.claimed + added <= p.total RETURNING 1", " RETURNING 1")
    .dropping("coupon_policies.coupon_policies_claimed_check")
    .caughtBy(CLAIMS, "through HTTP, > a policy's total"),
  bug("user-limit-not-decided", "a claim is refused when its user has all that the policy allows")
    .replacing(...LIMIT_NOT_DECIDED)
    .caughtBy(CLAIMS, "through HTTP, > a policy's limit"),
  bug("user-limit-unchecked", "through HTTP, > a policy's limit for each user")
    .replacing(...LIMIT_NOT_DECIDED)
    .replacing(ROWS, " AND t.user_ordinal <= coalesce(p.per_user_limit, t.user_ordinal)", "")
    .caughtBy(CLAIMS, "through HTTP, > a policy's limit"),
  bug("policies-unlocked", "what a batch of claims reads is true until it commits")
    .replacing(ROWS, "      ORDER BY id FOR NO KEY UPDATE", "      ORDER BY id")
    .caughtBy(INTERLEAVINGS, "two processes that claim at the same instant > share a policy's"),
  bug("claims-read-before-the-lock", "the holdings are read in a snapshot that begins after the lock")
    .replacing(
      ROWS,
      `  const [{ policies, at }, { missing, ordinals, known }] = await Promise.all([
    lockPolicies(tx, claims),
    readHoldings(tx, claims),
  ])`,
      `  const [{ missing, ordinals, known }, { policies, at }] = await Promise.all([
    readHoldings(tx, claims),
    lockPolicies(tx, claims),
  ])`,
    )
    .caughtBy(INTERLEAVINGS, "two processes that claim at the same instant > share a user's"),
  bug("claim-keys-unlocked", "two processes with one key know of each other, whatever the policies are")
    .replacing(ROWS, "count(pg_advisory_xact_lock(key))", "count(key)")
    .caughtBy(INTERLEAVINGS, "two processes that claim at the same instant > share a key"),
  bug("claim-key-ignores-its-user", "keys of two users never meet where a token says who asks")
    .replacing(
      "apps/api/src/idempotency/request.ts",
      `if (typeof subject !== "string") return key`,
      `if (subject !== null) return key`,
    )
    .caughtBy("apps/api/test/auth-owners.test.ts", "an Idempotency-Key > of an order or a claim"),
  bug("claim-key-ends-with-its-coupon", "a key finds the coupon that its claim became")
    .replacing(
      ROWS,
      `      UNION ALL
      SELECT claim_id, policy_id, user_id FROM coupons WHERE claim_id = ANY (\${hidden(keyedIds)}::uuid[])
    )`,
      "    )",
    )
    .caughtBy(PROMISES, "a claim with an Idempotency-Key > is found as its coupon"),
  bug("waiting-claims-forgotten", "claims that wait count for the limit of their user")
    .replacing(
      ROWS,
      `(SELECT max(user_ordinal) FROM coupon_claims c`,
      `(SELECT max(user_ordinal) - 1000 FROM coupon_claims c`,
    )
    .caughtBy(PROMISES, "claims accepted while no worker runs > count for the total"),
  bug("coupons-forgotten", "claims that became coupons count for the limit of their user")
    .replacing(
      ROWS,
      `(SELECT max(user_ordinal) FROM coupons c`,
      `(SELECT max(user_ordinal) - 1000 FROM coupons c`,
    )
    .caughtBy(PROMISES, "claims accepted while no worker runs > count as much"),
  bug("claim-answered-before-commit", "a claim is answered 201 only after it is committed")
    .replacing(BATCH, "await transaction.commit()", "transaction.commit().catch(() => undefined)")
    .caughtBy(INTERLEAVINGS, "a claim whose commit fails"),
  bug("miscounted-rows-committed", "a batch whose rows are not those that it was to write is undone")
    .replacing(BATCH, "rows = ${wanted}::jsonb", "rows IS NOT NULL OR rows = ${wanted}::jsonb")
    .caughtBy("apps/api/test/batch-transaction.test.ts", "a batch's transaction > is undone when its last"),
  bug("claim-drained-twice", "a claim leaves the table when it becomes a coupon")
    .replacing(
      DRAIN,
      `DELETE FROM coupon_claims
      WHERE id IN (SELECT id FROM coupon_claims WHERE \${which})
      RETURNING *`,
      "SELECT * FROM coupon_claims WHERE ${which}",
    )
    .caughtBy(REDELIVERY, "a drain that dies"),
  bug("claim-lost-by-the-drain", "a claim that leaves the table is a coupon")
    .replacing(DRAIN, "FROM taken ORDER BY id", "FROM taken ORDER BY id LIMIT 19")
    .caughtBy(REDELIVERY, "a drain that dies"),
  bug("drains-wait-for-each-other", "a drain leaves alone what another one moves")
    .replacing(DRAIN, "sql`${which} FOR UPDATE ${whenLocked}`", "which")
    .caughtBy(INTERLEAVINGS, "the drain > leaves alone"),
  bug("refused-claim-blocks-the-others", "a claim that the database refuses as a coupon holds nobody else up")
    .replacing(
      DRAIN,
      `      if (!isAboutRow(error)) throw error
    }
    const claims`,
      `      throw error
    }
    const claims`,
    )
    .caughtBy(INTERLEAVINGS, "a claim that the database refuses as a coupon"),
  bug("claim-blamed-for-the-database", "only a claim that is itself refused is left out")
    .replacing("apps/api/src/infra/db-errors.ts", "ROW_STATE = /^(22|23|P0)/", "ROW_STATE = /^(22|23|42|P0)/")
    .caughtBy(SET_ASIDE, "a claim > that could not become a coupon because of the database"),
  bug("refused-claim-left-for-good", "what refused a claim may be mended")
    .replacing("apps/api/src/infra/set-aside.ts", "at <= now()", "at < 0")
    .caughtBy(SET_ASIDE, "a claim > that a trigger refused"),
  bug("claims-by-their-own-clock", "claims are decided by the clock of the database")
    .replacing(
      ROWS,
      "(SELECT ${databaseMs} FROM (SELECT count(*) FROM p) AS locked) AS at",
      "${Date.now()}::float8 AS at",
    )
    .caughtBy("apps/api/test/clocks.test.ts", "a database whose clock is off"),
  bug("refusal-remembered-for-good", "Redis refuses for a second at most without asking PostgreSQL")
    .replacing(
      "apps/api/src/coupons/fast-refusals.ts",
      `marks.set(key, 1, "PX", REMEMBERED_MS)`,
      "marks.set(key, REMEMBERED_MS)",
    )
    .caughtBy(PROMISES, "Redis that loses everything again and again > remembers"),
  bug("worker-needs-redis", "a worker finds waiting claims without a notification")
    .replacing(
      "apps/api/src/coupons/drain-job.ts",
      "await drain.drainAll()\n      if (hasJobs)",
      "if (hasJobs)",
    )
    .caughtBy(PROMISES, "claims accepted while no worker runs > become coupons of a worker that has"),
  bug("total-lowered-past-promises", "a policy's total is never set below what was accepted")
    .replacing(
      "apps/api/src/administration/policies.ts",
      "if (total === undefined || claimed <= total) return",
      "if (total === undefined || claimed <= total || claimed > 0) return",
    )
    .dropping("coupon_policies.coupon_policies_claimed_check", "journal_entries.journal_entries_total_check")
    .caughtBy("apps/api/test/policy-total.test.ts", "a policy's total > can be lowered"),
]
