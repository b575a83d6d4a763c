import type { Redis } from "ioredis"
import { z } from "zod"
import { withRedisErrors } from "../infra/redis.ts"
import { pendingKey, shopKey, wakeKey } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"

/** An accepted claim on its way to PostgreSQL. `key` and `hash` are empty without an Idempotency-Key. */
export type Claim = {
  claimId: string
  policyId: number
  userId: number
  claimedAt: number
  hash: string
  key: string
}

export type PendingClaim = Claim & { entryId: string }

const RawEntry = z.tuple([z.string(), z.array(z.string())])
/** Entries of the pending list as Redis answers them. */
export const Entries = z.array(RawEntry).transform((entries) => entries.map(toClaim))
const Oldest = z.tuple([z.tuple([z.null(), z.string().nullable()]), z.tuple([z.null(), z.array(RawEntry)])])

function toClaim([entryId, fields]: z.infer<typeof RawEntry>): PendingClaim {
  const values = new Map<string, string>()
  for (let at = 0; at < fields.length; at += 2) values.set(fields[at] ?? "", fields[at + 1] ?? "")
  return {
    entryId,
    claimId: values.get("claimId") ?? "",
    policyId: Number(values.get("policyId")),
    userId: Number(values.get("userId")),
    claimedAt: Number(values.get("claimedAt")),
    hash: values.get("hash") ?? "",
    key: values.get("key") ?? "",
  }
}

/** True when entry `a` came before entry `b`. */
export function isBefore(a: string, b: string): boolean {
  const [aTime = 0, aPlace = 0] = a.split("-").map(Number)
  const [bTime = 0, bPlace = 0] = b.split("-").map(Number)
  return aTime === bTime ? aPlace < bPlace : aTime < bTime
}

/** The durable list of accepted claims, oldest first: a Redis stream, read and trimmed from its head. */
export function createPending({ redis }: { redis: Redis }) {
  return {
    length: (epoch: Epoch): Promise<number> => withRedisErrors(redis.xlen(pendingKey(epoch))),

    async head(epoch: Epoch, count: number): Promise<PendingClaim[]> {
      const entries = await withRedisErrors(redis.xrange(pendingKey(epoch), "-", "+", "COUNT", count))
      return entries.map(toClaim)
    },

    /** The oldest entry, and the generation that it was read in: the two belong to the same instant. */
    async oldest(epoch: Epoch): Promise<{ entryId: string | undefined; generation: string | null }> {
      const instant = redis
        .multi()
        .hget(shopKey, "generation")
        .xrange(pendingKey(epoch), "-", "+", "COUNT", 1)
      const [[, generation], [, entries]] = Oldest.parse(await withRedisErrors(instant.exec()))
      return { entryId: entries[0]?.[0], generation }
    },

    /** Entries that have been waiting for longer than `ageMs` by the clock of Redis, which dates them. */
    async olderThan(epoch: Epoch, ageMs: number): Promise<number> {
      const [seconds] = await withRedisErrors(redis.time())
      const until = Number(seconds) * 1000 - ageMs
      return (await withRedisErrors(redis.xrange(pendingKey(epoch), "-", until))).length
    },

    /** How long the oldest entry has been waiting, in ms. */
    async age(epoch: Epoch): Promise<number> {
      const [oldest] = await withRedisErrors(redis.xrange(pendingKey(epoch), "-", "+", "COUNT", 1))
      if (!oldest) return 0
      const [seconds, micros] = await withRedisErrors(redis.time())
      return Math.max(0, Number(seconds) * 1000 + Number(micros) / 1000 - Number(oldest[0].split("-")[0]))
    },

    /** Forgets everything up to and including `entryId`; safe when another worker did so already. */
    async trimThrough(epoch: Epoch, entryId: string): Promise<void> {
      const [time = "0", place = "0"] = entryId.split("-")
      await withRedisErrors(redis.xtrim(pendingKey(epoch), "MINID", `${time}-${Number(place) + 1}`))
    },

    /** Appends claims that Redis may have lost; a claim that is there already is granted only once. */
    async append(epoch: Epoch, claims: Claim[]): Promise<string[]> {
      const pipeline = redis.pipeline()
      for (const { claimId, policyId, userId, claimedAt, hash, key } of claims) {
        const fields = { claimId, policyId, userId, claimedAt, hash, key }
        pipeline.xadd(pendingKey(epoch), "*", ...Object.entries(fields).flat())
      }
      const results = (await withRedisErrors(pipeline.exec())) ?? []
      return results.map(([error, id]) => {
        if (error) throw error
        return String(id)
      })
    },

    /** While the wake mark stands, an accepted claim does not ask for another drain job. */
    holdWake: (epoch: Epoch) => withRedisErrors(redis.set(wakeKey(epoch), "1", "PX", 2_000)),
    releaseWake: (epoch: Epoch) => withRedisErrors(redis.del(wakeKey(epoch))),
  }
}

export type Pending = ReturnType<typeof createPending>
