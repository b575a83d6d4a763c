import assert from "node:assert/strict"
import { databaseMs } from "../infra/clock.ts"
import { everyRow } from "../infra/batch-transaction.ts"
import { hidden, oneRow, pgArray } from "../infra/db.ts"
import type { BatchStatements, Statements } from "../infra/db.ts"
import { holderKey } from "./decide-claims.ts"
import type { Claim, ClaimRows, Policy } from "./decide-claims.ts"

/** A claim, and whether its identity comes from an Idempotency-Key, so that it may exist already. */
export type IdentifiedClaim = Claim & { keyed: boolean }

/** `at` is when the policies were locked, in ms since 1970. */
export type LockedClaims = ClaimRows & { at: number }
export type AcceptedRow = { claim: Claim; userOrdinal: number }

const textArray = (values: readonly string[]) => `{${values.join(",")}}`

/**
 * Locks the identities of keyed claims, then the policies, each in ascending order, and reads what decides. The read is
 * a statement of its own, in the same round trip: its snapshot begins after the locks, so it sees whatever was accepted
 * before.
 */
export async function lockClaimRows(
  tx: Statements,
  claims: readonly IdentifiedClaim[],
): Promise<LockedClaims> {
  const [{ policies, at }, { missing, ordinals, known }] = await Promise.all([
    lockPolicies(tx, claims),
    readHoldings(tx, claims),
  ])
  assert(missing.length === claims.length, "each claim has its row")
  return {
    at,
    policies: new Map(policies.map((policy) => [policy.id, policy])),
    missingUsers: new Set(claims.flatMap(({ userId }, nr) => (missing[nr] ? userId : []))),
    known: new Map(known.map((claim) => [claim.claimId, claim])),
    ordinals: new Map(claims.map((claim, nr) => [holderKey(claim), defined(ordinals[nr])])),
  }
}

function defined(ordinal: number | undefined): number {
  assert(ordinal !== undefined, "each claim has its ordinal")
  return ordinal
}

/** Two processes with one key for two policies would share no lock otherwise, and both would find the key free. */
function lockPolicies(
  tx: Statements,
  claims: readonly IdentifiedClaim[],
): Promise<{ policies: Policy[]; at: number }> {
  const locks = textArray(claims.flatMap(({ claimId, keyed }) => (keyed ? String(lockOf(claimId)) : [])))
  const policyIds = pgArray(new Set(claims.map(({ policyId }) => policyId)))
  return oneRow<{ policies: Policy[]; at: number }>(tx)`
    WITH keys AS MATERIALIZED (
      SELECT count(pg_advisory_xact_lock(key)) AS locked
      FROM (SELECT DISTINCT key FROM unnest(${locks}::bigint[]) AS t (key) ORDER BY key) sorted
    ), p AS MATERIALIZED (
      SELECT id, total, claimed, per_user_limit AS "perUserLimit",
             extract(epoch FROM starts_at) * 1000 AS "startsAt", extract(epoch FROM ends_at) * 1000 AS "endsAt",
             closed
      FROM coupon_policies WHERE id = ANY (${policyIds}::int[]) AND (SELECT locked FROM keys) >= 0
      ORDER BY id FOR NO KEY UPDATE
    )
    SELECT (SELECT coalesce(json_agg(p), '[]') FROM p) AS policies,
           (SELECT ${databaseMs} FROM (SELECT count(*) FROM p) AS locked) AS at`
}

const lockOf = (claimId: string): bigint =>
  BigInt.asIntN(64, BigInt(`0x${claimId.replaceAll("-", "").slice(16)}`))

/** `missing` and `ordinals` are in the order of the claims. */
type Holdings = { missing: boolean[]; ordinals: number[]; known: Claim[] }

/**
 * Tables are named in the order in which POST /init locks them, so that the two do not deadlock. Each claim looks into the
 * indexes by itself, which is a good plan for tables of any size.
 */
function readHoldings(tx: Statements, claims: readonly IdentifiedClaim[]): Promise<Holdings> {
  const keyedIds = textArray(claims.flatMap(({ claimId, keyed }) => (keyed ? claimId : [])))
  return oneRow<Holdings>(tx)`
    WITH found AS MATERIALIZED (
      SELECT (SELECT id FROM users WHERE id = user_id) IS NULL AS missing, greatest(0,
        (SELECT max(user_ordinal) FROM coupon_claims c
         WHERE c.policy_id = asked.policy_id AND c.user_id = asked.user_id),
        (SELECT max(user_ordinal) FROM coupons c
         WHERE c.policy_id = asked.policy_id AND c.user_id = asked.user_id)) AS ordinal, nr
      FROM unnest(
        ${hidden(pgArray(claims.map(({ policyId }) => policyId)))}::int[],
        ${hidden(pgArray(claims.map(({ userId }) => userId)))}::int[]
      ) WITH ORDINALITY AS asked (policy_id, user_id, nr)
    ), known AS (
      SELECT claim_id AS "claimId", policy_id AS "policyId", user_id AS "userId"
      FROM coupon_claims WHERE claim_id = ANY (${hidden(keyedIds)}::uuid[])
      UNION ALL
      SELECT claim_id, policy_id, user_id FROM coupons WHERE claim_id = ANY (${hidden(keyedIds)}::uuid[])
    )
    SELECT (SELECT json_agg(missing ORDER BY nr) FROM found) AS missing,
           (SELECT json_agg(ordinal ORDER BY nr) FROM found) AS ordinals,
           (SELECT coalesce(json_agg(known), '[]') FROM known) AS known`
}

/**
 * Writes claims that were accepted at `at`, counts them, and commits: in one statement with conditions that the database
 * checks again, the limit of a user and the total of a policy. The rows are locked, so a condition that does not hold is
 * a bug and rolls all back.
 */
export async function writeClaims(
  tx: BatchStatements,
  accepted: readonly AcceptedRow[],
  at: number,
): Promise<void> {
  if (accepted.length === 0) return
  const claimedAt = new Date(at)
  const expected = {
    accepted: accepted.length,
    counted: new Set(accepted.map(({ claim }) => claim.policyId)).size,
  }
  await tx.andCommit.$queryRaw`
    WITH accepted AS (
      INSERT INTO coupon_claims
        (claim_id, policy_id, user_id, user_ordinal, discount_amount, discount_rate_bp, claimed_at, expires_at)
      SELECT t.claim_id, p.id, t.user_id, t.user_ordinal, p.discount_amount, p.discount_rate_bp,
             ${claimedAt}::timestamptz, ${claimedAt}::timestamptz + p.expire_days * interval '24 hours'
      FROM unnest(
        ${textArray(accepted.map(({ claim }) => claim.claimId))}::uuid[],
        ${pgArray(accepted.map(({ claim }) => claim.policyId))}::int[],
        ${pgArray(accepted.map(({ claim }) => claim.userId))}::int[],
        ${pgArray(accepted.map(({ userOrdinal }) => userOrdinal))}::int[]
      ) WITH ORDINALITY AS t (claim_id, policy_id, user_id, user_ordinal, nr)
      JOIN coupon_policies p ON p.id = t.policy_id AND t.user_ordinal <= coalesce(p.per_user_limit, t.user_ordinal)
      ORDER BY nr
      RETURNING policy_id
    ), counted AS (
      UPDATE coupon_policies p SET claimed = p.claimed + added
      FROM (SELECT policy_id, count(*)::int AS added FROM accepted GROUP BY policy_id) n
      WHERE p.id = n.policy_id AND p.claimed + added <= p.total RETURNING 1
    )
    SELECT ${everyRow(expected)}`
}

/** The claims with these identities, whether they wait or are coupons already. */
export async function findClaims(db: Statements, claimIds: readonly string[]): Promise<Map<string, Claim>> {
  const ids = textArray(claimIds)
  const rows = await db.$queryRaw<Claim[]>`
    SELECT claim_id AS "claimId", policy_id AS "policyId", user_id AS "userId"
    FROM coupon_claims WHERE claim_id = ANY (${ids}::uuid[])
    UNION ALL
    SELECT claim_id, policy_id, user_id FROM coupons WHERE claim_id = ANY (${ids}::uuid[])`
  return new Map(rows.map((claim) => [claim.claimId, claim]))
}
