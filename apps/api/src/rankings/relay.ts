import { AssertionError } from "node:assert/strict"
import { z } from "zod"
import type { OutboxRow } from "../events/entries.ts"
import { countEvents } from "../events/totals.ts"
import { isAboutRow } from "../infra/db-errors.ts"
import { oneRow, pgArray, sql } from "../infra/db.ts"
import type { Db, Sql, Statements } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { createSetAside } from "../infra/set-aside.ts"
import type { SetAside } from "../infra/set-aside.ts"
import { fanOut, hasWebhooks } from "../webhooks/fan-out.ts"
import { addSales, nextRevision } from "./sales.ts"
import type { DaySales } from "./sales.ts"

const CHUNK = 500
/** An entry may be a hundred orders, and so a hundred deliveries for each webhook. */
const CHUNK_WITH_WEBHOOKS = 20
const MAX_ID = 2_147_483_647

const Sold = z.object({
  day: z.iso.date(),
  sold: z.record(
    z
      .string()
      .regex(/^\d+$/)
      .refine((id) => Number(id) <= MAX_ID),
    z.int(),
  ),
})
const SOLD_TOPICS: ReadonlySet<string> = new Set(["order.placed", "order.cancelled"])
const UNCOUNTED_TOPICS: ReadonlySet<string> = new Set(["coupon.granted", "balance.credited"])

type RelayDeps = {
  db: Db
  logger: Logger
  metrics: Metrics
  /** Called when there are deliveries to send. */
  onDeliveries?: () => void
  setAside?: SetAside
}

/**
 * Moves what happened out of the outbox: what was sold into the sums by UTC day and product, and events into the
 * deliveries of the webhooks that want them. One transaction deletes the entries and writes both, so each order counts
 * exactly once, and each event is delivered, whatever dies.
 */
export function createRelay({ db, logger, metrics, onDeliveries, setAside = createSetAside() }: RelayDeps) {
  function readable(row: OutboxRow): z.infer<typeof Sold>[] {
    if (UNCOUNTED_TOPICS.has(row.topic)) return []
    const parsed = Sold.safeParse(row.payload)
    if (SOLD_TOPICS.has(row.topic) && parsed.success) return [parsed.data]
    logger.error({ event: row }, "an outbox event of an unknown kind was dropped")
    return []
  }

  async function relayInto(tx: Statements, which: Sql): Promise<{ relayed: number; deliveries: number }> {
    const [revision, rows] = await Promise.all([nextRevision(tx), takeEvents(tx, which)])
    const sales = sumSales(rows.flatMap(readable))
    await Promise.all([addSales(tx, sales, revision), countEvents(tx, rows)])
    return { relayed: rows.length, deliveries: await fanOut(tx, rows) }
  }

  async function relay(which: Sql): Promise<number> {
    const { relayed, deliveries } = await db.inBatch((tx) => relayInto(tx, which))
    metrics.relayed.inc(relayed)
    if (deliveries > 0) onDeliveries?.()
    return relayed
  }

  /** Those that cannot be relayed stay in the outbox, where the audit and the lag show them. */
  const relayOneByOne = (ids: readonly number[]) =>
    setAside.moveOneByOne(ids, { move: (id) => relay(sql`id = ${id}::bigint`), isRefusal: isAboutEvent })

  /** The oldest events; one by one when they fail together, so that only those that are the cause stay. */
  async function relayChunk(chunk: number): Promise<number> {
    const oldest = sql`id <> ALL (${pgArray(setAside.ids())}::bigint[]) ORDER BY id LIMIT ${chunk}`
    try {
      return await relay(oldest)
    } catch (error) {
      if (!isAboutEvent(error)) throw error
    }
    const events = await db.$queryRaw<{ id: bigint }[]>`SELECT id FROM outbox_events WHERE ${oldest}`
    const { refused, err } = await relayOneByOne(events.map(({ id }) => Number(id)))
    if (refused.length > 0)
      logger.error({ err, refused }, "outbox events cannot be relayed; they keep waiting")
    return events.length
  }

  return {
    /** Relays until the last event was read; returns how many that were. */
    async relayAll(): Promise<number> {
      await relayOneByOne(setAside.due())
      if (!(await hasEvents(db.raw, setAside.ids()))) return 0
      const chunk = (await hasWebhooks(db)) ? CHUNK_WITH_WEBHOOKS : CHUNK
      let relayed = 0
      for (let more = true; more;) {
        const events = await relayChunk(chunk)
        relayed += events
        more = events === chunk
      }
      return relayed
    },
  }
}

export type Relay = ReturnType<typeof createRelay>

/** Whether what an event says is why it cannot be relayed: its figures, or rows that are not there. */
const isAboutEvent = (error: unknown) => isAboutRow(error) || error instanceof AssertionError

function sumSales(events: readonly z.infer<typeof Sold>[]): DaySales[] {
  const sums = new Map<string, DaySales>()
  for (const { day, sold } of events) {
    for (const [id, quantity] of Object.entries(sold)) {
      const known = sums.get(`${day} ${id}`)
      if (known) known.quantity += quantity
      else sums.set(`${day} ${id}`, { day, productId: Number(id), quantity })
    }
  }
  return [...sums.values()]
}

async function hasEvents(db: Statements, besides: Iterable<number>): Promise<boolean> {
  const { some } = await oneRow<{ some: boolean }>(db)`
    SELECT EXISTS (SELECT FROM outbox_events WHERE id <> ALL (${pgArray(besides)}::bigint[])) AS some`
  return some
}

// Ids commit out of order, so no position is kept: events that were taken are deleted, and a late one is still in the table.
function takeEvents(tx: Statements, which: Sql): Promise<OutboxRow[]> {
  return tx.$queryRaw<OutboxRow[]>`
    DELETE FROM outbox_events WHERE id IN (SELECT id FROM outbox_events WHERE ${which})
    RETURNING id::text, topic, payload, created_at AS "createdAt"`
}
