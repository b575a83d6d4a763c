import { z } from "zod"
import type { OutboxRow } from "../events/entries.ts"
import { countEvents } from "../events/totals.ts"
import type { Db, Tx } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
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
const SILENT_TOPICS: ReadonlySet<string> = new Set(["coupon.granted", "balance.credited"])

type RelayDeps = {
  db: Db
  logger: Logger
  metrics: Metrics
  /** Called when there are deliveries to send. */
  onDeliveries?: () => void
}

/**
 * Moves what happened out of the outbox: what was sold into the sums by UTC day and product, and events into the
 * deliveries of the webhooks that want them. One transaction deletes the entries and writes both, so each order counts
 * exactly once, and each event is delivered, whatever dies.
 */
export function createRelay({ db, logger, metrics, onDeliveries }: RelayDeps) {
  function readable(row: OutboxRow): z.infer<typeof Sold>[] {
    if (SILENT_TOPICS.has(row.topic)) return []
    const parsed = Sold.safeParse(row.payload)
    if (SOLD_TOPICS.has(row.topic) && parsed.success) return [parsed.data]
    logger.error({ event: row }, "an outbox event of an unknown kind was dropped")
    return []
  }

  async function relayInto(tx: Tx, chunk: number): Promise<{ relayed: number; deliveries: number }> {
    const revision = await nextRevision(tx)
    const rows = await takeEvents(tx, chunk)
    const sales = sumSales(rows.flatMap(readable))
    if (sales.length > 0) await addSales(tx, sales, revision)
    await countEvents(tx, rows)
    return { relayed: rows.length, deliveries: await fanOut(tx, rows) }
  }

  async function relayChunk(chunk: number): Promise<number> {
    const { relayed, deliveries } = await db.$transaction((tx) => relayInto(tx, chunk))
    metrics.relayed.inc(relayed)
    if (deliveries > 0) onDeliveries?.()
    return relayed
  }

  return {
    /** Relays until the last event was read; returns how many that were. */
    async relayAll(): Promise<number> {
      if (!(await hasEvents(db))) return 0
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

async function hasEvents(db: Db): Promise<boolean> {
  const [row] = await db.$queryRaw<{ some: boolean }[]>`SELECT EXISTS (SELECT FROM outbox_events) AS some`
  return row?.some === true
}

// Ids commit out of order, so no position is kept: events that were taken are deleted, and a late one is still in the table.
function takeEvents(tx: Tx, chunk: number): Promise<OutboxRow[]> {
  return tx.$queryRaw<OutboxRow[]>`
    DELETE FROM outbox_events WHERE id IN (SELECT id FROM outbox_events ORDER BY id LIMIT ${chunk})
    RETURNING id::text, topic, payload, created_at AS "createdAt"`
}
