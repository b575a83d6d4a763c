import type { Redis } from "ioredis"
import { z } from "zod"
import type { Db, Tx } from "../infra/db.ts"
import { rankedEventsKey, rankingKey } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { withRedisErrors, createScript } from "../infra/redis.ts"
import { lockShopShared } from "../shop/epoch.ts"

const CHUNK = 500
const KEEP_DAYS_SECONDS = 5 * 86_400

/**
 * Adds each event to its day once: the set of events remembers what was applied and not yet deleted.
 * KEYS events, one set a day. ARGV [{id, day: place among the days, sold: {productId: quantity}}], TTL of a day (s)
 */
const applyScript = createScript(`
for _, event in ipairs(cjson.decode(ARGV[1])) do
  if redis.call('SADD', KEYS[1], event.id) == 1 then
    for product, quantity in pairs(event.sold) do
      redis.call('ZINCRBY', KEYS[event.day + 2], quantity, product)
    end
  end
end
for i = 2, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
`)

const Sold = z.object({
  day: z.iso.date(),
  sold: z.record(z.string().regex(/^\d+$/), z.number().positive()),
})
type Event = z.infer<typeof Sold> & { id: string }
type OutboxRow = { id: string; topic: string; payload: unknown }

type RelayDeps = { db: Db; redis: Redis; logger: Logger; metrics: Metrics }

/** Carries orders from the outbox into the realtime ranking, each exactly once, also when it dies on the way. */
export function createRelay({ db, redis, logger, metrics }: RelayDeps) {
  async function apply(epoch: Epoch, events: Event[]): Promise<void> {
    const days = [...new Set(events.map(({ day }) => day))]
    const keys = [rankedEventsKey(epoch), ...days.map((day) => rankingKey(epoch, day))]
    const args = JSON.stringify(events.map(({ id, day, sold }) => ({ id, day: days.indexOf(day), sold })))
    await withRedisErrors(applyScript(redis, keys, [args, KEEP_DAYS_SECONDS]))
  }

  function readable(row: OutboxRow): Event[] {
    const parsed = Sold.safeParse(row.payload)
    if (row.topic === "order.placed" && parsed.success) return [{ id: row.id, ...parsed.data }]
    logger.error({ event: row }, "an outbox event that nobody understands was dropped")
    return []
  }

  async function relayInto(tx: Tx): Promise<{ epoch: Epoch; ids: string[] }> {
    const epoch = await lockShopShared(tx)
    const rows = await takeEvents(tx)
    const events = rows.flatMap(readable)
    if (events.length > 0) await apply(epoch, events)
    return { epoch, ids: rows.map(({ id }) => id) }
  }

  async function relayChunk(): Promise<number> {
    const { epoch, ids } = await db.$transaction(relayInto)
    if (ids.length === 0) return 0
    // Deleted events cannot come back, so nobody needs to remember them.
    await withRedisErrors(redis.srem(rankedEventsKey(epoch), ...ids))
    metrics.relayed.inc(ids.length)
    return ids.length
  }

  return {
    /** Relays until the last event was read; returns how many that were. */
    async relayAll(): Promise<number> {
      if (!(await hasEvents(db))) return 0
      let relayed = 0
      for (let more = true; more;) {
        const events = await relayChunk()
        relayed += events
        more = events === CHUNK
      }
      return relayed
    },
  }
}

export type Relay = ReturnType<typeof createRelay>

async function hasEvents(db: Db): Promise<boolean> {
  const [row] = await db.$queryRaw<{ some: boolean }[]>`SELECT EXISTS (SELECT FROM outbox_events) AS some`
  return row?.some ?? false
}

function takeEvents(tx: Tx): Promise<OutboxRow[]> {
  return tx.$queryRaw<OutboxRow[]>`
    DELETE FROM outbox_events
    WHERE id IN (SELECT id FROM outbox_events ORDER BY id LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
    RETURNING id::text, topic, payload`
}
