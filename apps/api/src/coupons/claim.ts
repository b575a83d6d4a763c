import { createHash, randomUUID } from "node:crypto"
import type { Redis } from "ioredis"
import { z } from "zod"
import { RefusalError } from "../errors.ts"
import type { Answer } from "../idempotency/answer.ts"
import { mismatchAnswer } from "../idempotency/store.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import type { Clock } from "../infra/clock.ts"
import { claimAnswerKey, pendingKey, policyKey, policyUsersKey, shopKey, wakeKey } from "../infra/keys.ts"
import type { Metrics } from "../infra/metrics.ts"
import { withRedisErrors } from "../infra/redis.ts"
import { LOST } from "../shop/view.ts"
import type { Shop, ShopView } from "../shop/view.ts"
import { acceptedAnswer, refusedClaim } from "./answers.ts"
import { claimScript } from "./claim-script.ts"
import type { Claim } from "./pending.ts"
import type { UnconfirmedClaims } from "./unconfirmed.ts"

const ANSWER_TTL_SECONDS = 86_400

export type ClaimCommand = { userId: number; policyId: number }

const OUTCOMES = [
  "ACCEPTED",
  "SOLD_OUT",
  "LIMIT_REACHED",
  "UNKNOWN_POLICY",
  "NOT_OPEN",
  "FULL",
  "MISMATCH",
  LOST,
] as const
const Reply = z
  .tuple([z.enum(OUTCOMES)])
  .rest(z.union([z.string(), z.number()]))
  .transform(([outcome, claimId = "", entryId = "", wake = 0]) => ({
    outcome,
    claimId: String(claimId),
    entryId: String(entryId),
    wake: wake === 1,
  }))

type ClaimDeps = {
  redis: Redis
  view: ShopView
  unconfirmed: UnconfirmedClaims
  policyExists: (policyId: number) => Promise<boolean>
  /** Tells a worker that there is something to drain. */
  wakeWorker: () => void
  clock: Clock
  metrics: Metrics
  maxPending: number
}

/** Claims a coupon in one atomic step in Redis. A 201 is a promise: the entry it appended becomes the coupon. */
export function createClaim(deps: ClaimDeps) {
  const { view, metrics, unconfirmed } = deps
  const run = createClaimRun(deps)

  async function claimOnce(shop: Shop, command: ClaimCommand, request: KeyedRequest | null) {
    const claim = newClaim(shop, command, { request, now: deps.clock() })
    const reply = await run(shop, claim)
    metrics.claims.labels(reply.outcome.toLowerCase()).inc()
    if (reply.outcome === LOST) return LOST
    if (reply.outcome === "ACCEPTED" && reply.entryId !== "") unconfirmed.remember(shop, reply.entryId, claim)
    if (reply.wake) deps.wakeWorker()
    return toAnswer(reply, command)
  }

  async function toAnswer(
    { outcome, claimId }: z.infer<typeof Reply>,
    command: ClaimCommand,
  ): Promise<Answer> {
    if (outcome === "ACCEPTED") return acceptedAnswer({ ...command, claimId })
    if (outcome === "SOLD_OUT" || outcome === "LIMIT_REACHED") return refusedClaim(outcome, command.policyId)
    if (outcome === "MISMATCH") return mismatchAnswer()
    if (outcome === "NOT_OPEN") {
      throw new RefusalError("POLICY_NOT_OPEN", `Policy ${command.policyId} gives no coupons at this time`)
    }
    if (outcome === "UNKNOWN_POLICY") throw await unknownPolicy(command.policyId)
    throw backlog()
  }

  async function unknownPolicy(policyId: number): Promise<RefusalError> {
    if (!(await deps.policyExists(policyId))) {
      return new RefusalError("POLICY_NOT_FOUND", `There is no policy ${policyId}`)
    }
    return new RefusalError("UNAVAILABLE", `Policy ${policyId} is being made ready`, { retryAfterSeconds: 1 })
  }

  return (command: ClaimCommand, request: KeyedRequest | null): Promise<Answer> => {
    if (unconfirmed.isFull()) throw backlog()
    return view.withShop((shop) => claimOnce(shop, command, request))
  }
}

const backlog = () =>
  new RefusalError("OVERLOADED", "Too many claims are waiting to become coupons", { retryAfterSeconds: 1 })

function createClaimRun({ redis, maxPending }: ClaimDeps) {
  return async ({ epoch, generation }: Shop, claim: Claim) => {
    const { policyId, userId, claimId, claimedAt, hash, key } = claim
    const keys = [
      shopKey,
      policyKey(epoch, policyId),
      policyUsersKey(epoch, policyId),
      pendingKey(epoch),
      wakeKey(epoch),
      claimAnswerKey(epoch, key),
    ]
    const args = [generation, claimedAt, userId, policyId, claimId, maxPending, hash, key, ANSWER_TTL_SECONDS]
    return Reply.parse(await withRedisErrors(claimScript(redis, keys, args)))
  }
}

function newClaim(
  { epoch }: Shop,
  command: ClaimCommand,
  { request, now }: { request: KeyedRequest | null; now: Date },
): Claim {
  const { key, hash } = request ?? { key: "", hash: "" }
  const claimId = request ? claimIdOf(epoch, request) : randomUUID()
  return { ...command, claimId, claimedAt: now.getTime(), hash, key }
}

/** A keyed claim always has the same id, so that it is one coupon even if Redis forgot the first request. */
function claimIdOf(epoch: string, { operation, key, hash }: KeyedRequest): string {
  const digest = createHash("sha256").update(`${epoch} ${operation} ${key} ${hash}`).digest()
  // The version and variant bits of a UUIDv8, which is free for such uses (RFC 9562).
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  const hex = digest.toString("hex", 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}
