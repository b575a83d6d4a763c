import type { Redis } from "ioredis"
import { createCircuitBreaker } from "../infra/circuit-breaker.ts"
import { limitReachedKey, soldOutKey } from "../infra/keys.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { createSharedRead } from "../infra/shared-read.ts"
import type { Claim } from "./decide-claims.ts"

// What Redis remembers of a refusal may be wrong for as long, e.g. after a policy's total was raised.
const REMEMBERED_MS = 1_000
const BUDGET_MS = 50
const OPEN_MS = 1_000
// A policy that refused no claim for so long is not looked up: most claims are accepted, and would ask for nothing.
const LOOKED_UP_MS = 10_000

export type FastRefusal = "sold_out" | "limit_reached"
type Asked = Omit<Claim, "claimId">
/** The result of looking up one claim in Redis. */
const FOUND = ["sold_out", "limit_reached", "none", "late", "failed", "open"] as const
type Found = (typeof FOUND)[number]

type FastRefusalsDeps = { redis: Redis; logger: Logger; metrics: Metrics; maxQueued: number }

/**
 * What PostgreSQL refused within the last second, as Redis remembers it for every process: who asks for the same is
 * refused without a transaction. It counts nothing, so a lost or late entry costs a transaction, never a promise. Only
 * policies that refused a claim in this process lately are looked up.
 */
export function createFastRefusals({ redis, logger, metrics, maxQueued }: FastRefusalsDeps) {
  // A counter that appears with its first count has no rate for it.
  for (const found of FOUND) metrics.fastRefusals.labels(found).inc(0)
  /** Until when each policy is looked up. */
  const lookedUp = new Map<number, number>()
  const lookUp = (policyId: number) => void lookedUp.set(policyId, performance.now() + LOOKED_UP_MS)
  const isLookedUp = (policyId: number) => {
    const until = lookedUp.get(policyId)
    return until !== undefined && performance.now() < until
  }
  const ask = createCircuitBreaker({ budgetMs: BUDGET_MS, openMs: OPEN_MS })
  // Many claims share one lookup, and so its time budget.
  const read = createSharedRead<Asked, Found>({
    async read(asked) {
      const { outcome, answer } = await ask(() => readMarks(redis, asked))
      return new Map(
        asked.map((claim) => [claim, outcome === "answered" ? (answer?.get(claim) ?? "none") : outcome]),
      )
    },
    missing: "none",
    maxQueued,
  })

  return {
    /** The refusal that such a claim got a moment ago, if Redis has one and responds in time. */
    async find(claim: Asked): Promise<FastRefusal | undefined> {
      if (redis.status !== "ready" || !isLookedUp(claim.policyId)) return undefined
      const found = await read(claim)
      metrics.fastRefusals.labels(found).inc()
      if (found !== "sold_out" && found !== "limit_reached") return undefined
      lookUp(claim.policyId)
      return found
    },

    /** Stores refusals for 1 s. Nothing waits for it. */
    remember(refused: readonly { outcome: FastRefusal; claim: Asked }[]): void {
      for (const { claim } of refused) lookUp(claim.policyId)
      if (refused.length === 0 || redis.status !== "ready") return
      const marks = redis.pipeline()
      for (const key of new Set(refused.map(({ outcome, claim }) => markOf(outcome, claim)))) {
        marks.set(key, 1, "PX", REMEMBERED_MS)
      }
      marks.exec().catch((err: unknown) => logger.debug({ err }, "a refusal was not remembered"))
    },
  }
}

export type FastRefusals = ReturnType<typeof createFastRefusals>

const markOf = (outcome: FastRefusal, { policyId, userId }: Asked) =>
  outcome === "sold_out" ? soldOutKey(policyId) : limitReachedKey(policyId, userId)

/** The refusals that Redis remembers; no entry where it remembers none. */
async function readMarks(redis: Redis, asked: readonly Asked[]): Promise<ReadonlyMap<Asked, FastRefusal>> {
  const keys = [
    ...new Set(asked.flatMap((claim) => [markOf("sold_out", claim), markOf("limit_reached", claim)])),
  ]
  const values = await redis.mget(keys)
  const marked = new Set(keys.filter((_, index) => values[index] !== null))
  const refusals = new Map<Asked, FastRefusal>()
  for (const claim of marked.size === 0 ? [] : asked) {
    if (marked.has(markOf("sold_out", claim))) refusals.set(claim, "sold_out")
    else if (marked.has(markOf("limit_reached", claim))) refusals.set(claim, "limit_reached")
  }
  return refusals
}
