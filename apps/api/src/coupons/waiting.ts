import type { Db } from "../infra/db.ts"

/** The accepted claims that are not coupons yet. */
export function createWaitingClaims({ db }: { db: Db }) {
  return {
    count: (): Promise<number> => db.couponClaim.count(),

    /** How long the oldest has been waiting, in ms by the clock of the database; undefined when none waits. */
    async oldestAgeMs(): Promise<number | undefined> {
      const [oldest] = await db.raw.$queryRaw<{ ageMs: number }[]>`
        SELECT (extract(epoch FROM clock_timestamp() - claimed_at) * 1000)::float8 AS "ageMs"
        FROM coupon_claims ORDER BY id LIMIT 1`
      return oldest?.ageMs
    },
  }
}

export type WaitingClaims = ReturnType<typeof createWaitingClaims>
