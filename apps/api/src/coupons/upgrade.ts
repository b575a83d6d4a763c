import type { Redis } from "ioredis"
import { z } from "zod"
import { rowIdentity } from "../idempotency/identity.ts"
import type { BatchStatements, Db } from "../infra/db.ts"
import { OLD_KEYS, OLD_PENDING } from "../infra/keys.ts"
import type { Logger } from "../infra/logger.ts"
import { withRedisErrors } from "../infra/redis.ts"
import { CLAIM_OPERATION } from "./answers.ts"
import { lockClaimRows, writeClaims } from "./claim-rows.ts"
import type { IdentifiedClaim } from "./claim-rows.ts"
import { decideClaims } from "./decide-claims.ts"
import type { ClaimRows } from "./decide-claims.ts"

const CHUNK = 500

type UpgradeDeps = { db: Db; redis: Redis; logger: Logger }

/** An entry of the list in which accepted claims waited before claims were rows; `key` is "" without one. */
const OldClaim = z.object({
  claimId: z.uuid(),
  policyId: z.coerce.number().int(),
  userId: z.coerce.number().int(),
  key: z.string(),
})

/** Takes over once what an older version left in Redis, as soon as Redis is there. */
export function createUpgrade(deps: UpgradeDeps) {
  let done = false
  return async (): Promise<void> => {
    if (done || deps.redis.status !== "ready") return
    await takeOverOldClaims(deps)
    done = true
  }
}

/**
 * Takes over what an older version promised in Redis, then removes its keys. A claim that is read twice, or is a coupon
 * already, is found by its identity. Nothing is left to do the next time.
 */
async function takeOverOldClaims({ db, redis, logger }: UpgradeDeps): Promise<void> {
  for await (const keys of scan(redis, OLD_PENDING)) {
    for (const key of keys) await takeOverList({ db, redis, logger }, key)
  }
  for await (const keys of scan(redis, OLD_KEYS)) await withRedisErrors(redis.unlink(keys))
}

async function takeOverList({ db, redis, logger }: UpgradeDeps, list: string): Promise<void> {
  for (let from = "-"; ;) {
    const entries = await withRedisErrors(redis.xrange(list, from, "+", "COUNT", CHUNK))
    const last = entries.at(-1)
    if (last === undefined) return
    const claims = entries.map(([, fields]) => identified(fields))
    const outcomes = await db.inBatch((tx) => promiseAgain(tx, claims))
    logger.warn({ list, outcomes }, "claims of an older version were taken over from Redis")
    from = `(${last[0]}`
  }
}

function identified(fields: readonly string[]): IdentifiedClaim {
  const pairs = fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]] as const] : []))
  const { claimId, policyId, userId, key } = OldClaim.parse(Object.fromEntries(pairs))
  const identity = key === "" ? claimId : rowIdentity({ operation: CLAIM_OPERATION, key })
  return { claimId: identity, policyId, userId, keyed: true }
}

/** They were accepted in time, so the policy's window is no matter; its total and limit were counted then. */
async function promiseAgain(tx: BatchStatements, claims: IdentifiedClaim[]) {
  const { at, ...rows } = await lockClaimRows(tx, claims)
  const decisions = decideClaims(claims, opened(rows), at)
  await writeClaims(
    tx,
    decisions.flatMap((decision) => (decision.outcome === "accepted" ? decision : [])),
    at,
  )
  const byOutcome = Map.groupBy(decisions, ({ outcome }) => outcome)
  return Object.fromEntries([...byOutcome].map(([outcome, own]) => [outcome, own.length]))
}

const opened = (rows: ClaimRows): ClaimRows => ({
  ...rows,
  policies: new Map(
    [...rows.policies].map(([id, policy]) => [id, { ...policy, startsAt: -Infinity, endsAt: Infinity }]),
  ),
})

/** Keys that match, a chunk at a time; one may come twice. */
async function* scan(redis: Redis, pattern: { glob: string; exact: RegExp }) {
  let cursor = "0"
  do {
    const [next, keys] = await withRedisErrors(redis.scan(cursor, "MATCH", pattern.glob, "COUNT", CHUNK))
    const matching = keys.filter((key) => pattern.exact.test(key))
    if (matching.length > 0) yield matching
    cursor = next
  } while (cursor !== "0")
}
