import { pgArray } from "../infra/db.ts"
import type { Statements } from "../infra/db.ts"
import type { OutboxRow } from "./entries.ts"
import { idsOf } from "./entries.ts"

/** Counts the events that leave the outbox by type, with the sum of their ids: the audit compares both with the rows. */
export async function countEvents(tx: Statements, rows: readonly OutboxRow[]): Promise<void> {
  const byTopic = [...Map.groupBy(rows, ({ topic }) => topic)].map(([type, own]) => {
    const ids = own.flatMap(idsOf)
    return { type, events: ids.length, idSum: ids.reduce((sum, id) => sum + id, 0) }
  })
  const counted = byTopic.filter(({ events }) => events > 0)
  if (counted.length === 0) return
  await tx.$executeRaw`
    INSERT INTO event_totals AS t (type, events, id_sum)
    SELECT * FROM unnest(
      ${counted.map(({ type }) => type)}::text[],
      ${pgArray(counted.map(({ events }) => events))}::bigint[],
      ${pgArray(counted.map(({ idSum }) => idSum))}::bigint[])
    ON CONFLICT (type) DO UPDATE SET events = t.events + excluded.events, id_sum = t.id_sum + excluded.id_sum`
}
