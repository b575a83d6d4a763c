import { writeJournal } from "../administration/journal.ts"
import { pgArray, sql } from "../infra/db.ts"
import type { Tx } from "../infra/db.ts"
import type { Outcome } from "./deliveries.ts"

type Changed = { id: number; disabled: boolean }

/**
 * Notes since when endpoints have failed: from the first attempt that failed until one succeeds, or nothing is tried any
 * more. One that has failed for `disableAfterMs` is disabled, with an entry in the journal; returns those. The webhooks
 * are locked, and what came of the attempts was recorded.
 */
export async function noteHealth(
  tx: Tx,
  outcomes: readonly Outcome[],
  disableAfterMs: number,
): Promise<number[]> {
  const touched = pgArray(new Set(outcomes.map(({ webhookId }) => webhookId)))
  const delivered = pgArray(outcomes.flatMap((one) => (one.outcome === "delivered" ? one.webhookId : [])))
  const changed = await tx.$queryRaw<Changed[]>`
    UPDATE webhooks w SET failing_since = CASE WHEN NOT failing THEN NULL ELSE coalesce(failing_since, now()) END,
           disabled_at = CASE WHEN failing AND ${failedFor(disableAfterMs)} THEN now() END
    FROM (SELECT id, id <> ALL (${delivered}::int[]) AND EXISTS (
            SELECT FROM webhook_deliveries d WHERE d.webhook_id = t.id AND status = 'ready') AS failing
          FROM unnest(${touched}::int[]) AS t (id)) o
    WHERE w.id = o.id AND disabled_at IS NULL
      AND CASE WHEN failing THEN failing_since IS NULL OR ${failedFor(disableAfterMs)} ELSE failing_since IS NOT NULL END
    RETURNING w.id, disabled_at IS NOT NULL AS disabled`
  const disabled = changed.flatMap(({ id, disabled: now }) => (now ? id : []))
  for (const targetId of disabled) {
    const [before, after] = [{ disabled: false }, { disabled: true }]
    await writeJournal(tx, { by: null, action: "webhook.disabled", targetId, before, after })
  }
  return disabled
}

const failedFor = (ms: number) => sql`extract(epoch FROM now() - failing_since) * 1000 >= ${ms}::float8`
