import { randomUUID } from "node:crypto"
import type { Redis } from "ioredis"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import { liveRankingKey, nextRankingKey } from "../infra/keys.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { dayOf, rankedDays } from "./days.ts"
import { beginBuild, endOfRevision, promote, readLiveState, writeUnits } from "./live-state.ts"
import type { Build, Cursor, LiveState } from "./live-state.ts"
import { changedUnits, salesState, scanUnits } from "./sales.ts"
import type { SalesState, WindowUnits } from "./sales.ts"

/** Rows that one statement reads and one command writes. */
const CHUNK = 1_000

type LiveDeps = { db: Db; redis: Redis; clock: Clock; logger: Logger; metrics: Metrics }

/** Why a ranking is built: Redis has none, it is of an emptied shop, of yesterday, ahead of the database, or wrong. */
export type RebuildCause = "missing" | "emptied" | "day" | "ahead" | "drift"

/**
 * Keeps the realtime ranking in Redis what the sums in PostgreSQL say. Any number of processes may do it at once: every
 * write names the cursor that it continues, and Redis refuses it when that has moved. Redis that lost its last writes
 * has lost the cursor's last moves with them, so it continues from there.
 */
export function createLiveRanking({ db, redis, clock, logger, metrics }: LiveDeps) {
  async function begin(seen: LiveState, state: SalesState, cause: RebuildCause): Promise<void> {
    const cursor: Cursor = { phase: "scan", revision: state.revision, productId: 0 }
    const build = { epoch: state.epoch, day: dayOf(clock()), generation: randomUUID(), cursor }
    if (!(await beginBuild(redis, { seen, build, live: cause === "day" ? "keep" : "drop" }))) return
    metrics.rankingRebuilds.labels(cause).inc()
    logger.info({ cause, day: build.day }, "building the realtime ranking")
  }

  async function readUnits({
    day,
    cursor,
  }: Build): Promise<{ units: WindowUnits[]; after: Cursor; last: boolean }> {
    const days = rankedDays(new Date(day))
    if (cursor.phase === "scan") {
      const units = await scanUnits(db.raw, { days, after: cursor.productId, limit: CHUNK })
      const last = units.at(-1)
      // What changed in the meantime has a higher revision, and is read again.
      if (!last || units.length < CHUNK) return { units, after: endOfRevision(cursor.revision), last: false }
      return { units, after: { ...cursor, productId: last.productId }, last: false }
    }
    const rows = await changedUnits(db.raw, { days, after: cursor, limit: CHUNK })
    const last = rows.at(-1)
    if (!last) return { units: [], after: cursor, last: true }
    const { revision, day: lastDay, productId } = last
    const units = [...new Map(rows.map((row) => [row.productId, row])).values()]
    return { units, after: { phase: "follow", revision, day: lastDay, productId }, last: rows.length < CHUNK }
  }

  /** What is to be written now; begins another ranking where there is none to go on with. */
  async function findBuild(): Promise<{ build: Build; key: string } | undefined> {
    const seen = await readLiveState(redis)
    const state = await salesState(db.raw)
    const { live, next } = seen
    const today = dayOf(clock())
    if (next && isUsable(next, state, today)) return { build: next, key: nextRankingKey }
    const cause = causeOf(live, state, today)
    if (cause === undefined && live) return { build: live, key: liveRankingKey }
    await begin(seen, state, cause ?? "missing")
    return undefined
  }

  /** Writes a chunk. True when Redis then holds all that PostgreSQL said. */
  async function step(): Promise<boolean> {
    const found = await findBuild()
    if (!found) return false
    const { build, key } = found
    const { units, after, last } = await readUnits(build)
    const written = after === build.cursor || (await writeUnits(redis, { key, build, after, units }))
    if (!written || !last) return false
    return key === liveRankingKey || promote(redis, { ...build, cursor: after })
  }

  return {
    /**
     * Brings Redis to what PostgreSQL says now, chunk by chunk; rebuilds the ranking where it must.
     * @throws UNAVAILABLE while Redis does not answer
     */
    async catchUp(): Promise<void> {
      while (!(await step()));
    },
    /** Rebuilds the ranking: it was found to be wrong. */
    async rebuild(): Promise<void> {
      await begin(await readLiveState(redis), await salesState(db.raw), "drift")
    },
  }
}

export type LiveRanking = ReturnType<typeof createLiveRanking>

function isUsable(build: Build, state: SalesState, today: string): boolean {
  return build.epoch === state.epoch && build.day >= today && build.cursor.revision <= state.revision
}

/** What is wrong with the live ranking; undefined when it only has to be followed. */
function causeOf(live: Build | undefined, state: SalesState, today: string): RebuildCause | undefined {
  if (!live) return "missing"
  if (live.epoch !== state.epoch) return "emptied"
  // A failover can lose the last revisions of the database.
  if (live.cursor.revision > state.revision) return "ahead"
  // Never back to an older day: clocks differ.
  return live.day < today ? "day" : undefined
}
