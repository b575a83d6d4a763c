import { randomUUID } from "node:crypto"
import type { Answer } from "../idempotency/answer.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { createBatcher } from "../infra/batcher.ts"
import type { BatchStatements, Db } from "../infra/db.ts"
import type { Metrics } from "../infra/metrics.ts"
import { withRetry } from "../infra/retry.ts"
import { createSharedRead } from "../infra/shared-read.ts"
import { claimAnswer } from "./answers.ts"
import { findClaims, lockClaimRows, writeClaims } from "./claim-rows.ts"
import type { IdentifiedClaim } from "./claim-rows.ts"
import { decideClaims, isSame } from "./decide-claims.ts"
import type { Claim, Decision } from "./decide-claims.ts"
import type { FastRefusals } from "./fast-refusals.ts"

const MAX_BATCH = 256
// Above any regular wait, and low enough that a caller gets 503 before it times out.
const MAX_WAIT_MS = 1_500

export type ClaimCommand = Omit<Claim, "claimId">

export type ClaimDeps = {
  readDb: Db
  writeDb: Db
  fastRefusals: FastRefusals
  /** Asks a worker to make coupons of waiting claims. */
  wakeWorker: () => void
  metrics: Metrics
  /** Claims that may wait for a commit. */
  maxQueued: number
}

/**
 * Claims a coupon. A 201 is a promise, so it is sent only after the claim is a committed row. Claims that arrive while
 * a commit is in progress are committed together.
 */
export function createClaim({ readDb, writeDb, fastRefusals, ...deps }: ClaimDeps) {
  const { wakeWorker, metrics, maxQueued } = deps
  const batcher = createBatcher<IdentifiedClaim, Answer>({
    commit: commitBatch,
    maxBatch: MAX_BATCH,
    // Another batch would wait for the rows of the first.
    maxInFlight: 1,
    maxQueued,
    maxWaitMs: MAX_WAIT_MS,
    observe: ({ size }) => metrics.claimBatchSize.observe(size),
  })
  const findKnown = createSharedRead<{ claimId: string }, Claim | null>({
    read: async (asked) => {
      const found = await findClaims(
        readDb.raw,
        asked.map(({ claimId }) => claimId),
      )
      return new Map(asked.map((one) => [one, found.get(one.claimId) ?? null]))
    },
    missing: null,
    maxQueued,
  })

  async function commitBatch(claims: IdentifiedClaim[]): Promise<Map<IdentifiedClaim, Answer>> {
    const decisions = await withRetry(() => writeDb.inBatch((tx) => claimBatch(tx, claims)), {
      onRetry: (state) => metrics.retries.labels(state).inc(),
    })
    for (const { outcome } of decisions) metrics.claims.labels(outcome).inc()
    if (decisions.some(({ outcome }) => outcome === "accepted")) wakeWorker()
    fastRefusals.remember(decisions.filter(isFastRefusal))
    return new Map(decisions.map((decision) => [decision.claim, claimAnswer(decision)]))
  }

  /** The answer without a transaction, if the same was refused a moment ago. */
  async function refuseFast(claim: IdentifiedClaim): Promise<Answer | undefined> {
    const refused = await fastRefusals.find(claim)
    if (refused === undefined) return undefined
    const known = claim.keyed ? await findKnown(claim) : null
    const outcome = known === null ? refused : isSame(known, claim) ? "repeated" : "mismatch"
    metrics.claims.labels(outcome).inc()
    return claimAnswer({ outcome, claim })
  }

  return async (command: ClaimCommand, request: KeyedRequest | null): Promise<Answer> => {
    const claimId = request === null ? randomUUID() : request.identity
    const claim = { ...command, claimId, keyed: request !== null }
    return (await refuseFast(claim)) ?? batcher.submit(claim)
  }
}

/**
 * One transaction, by the database's clock: what it decides is true until it ends, as no other transaction changes a
 * locked policy.
 */
export async function claimBatch<C extends IdentifiedClaim>(
  tx: BatchStatements,
  claims: readonly C[],
): Promise<Decision<C>[]> {
  const { at, ...rows } = await lockClaimRows(tx, claims)
  const decisions = decideClaims(claims, rows, at)
  await writeClaims(
    tx,
    decisions.flatMap((decision) => (decision.outcome === "accepted" ? decision : [])),
    at,
  )
  return decisions
}

const isFastRefusal = <C extends Claim>(
  decision: Decision<C>,
): decision is Decision<C> & { outcome: "sold_out" | "limit_reached" } =>
  decision.outcome === "sold_out" || decision.outcome === "limit_reached"
