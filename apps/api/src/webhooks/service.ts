import type { ChangeCommit } from "../administration/commit.ts"
import { writeJournal } from "../administration/journal.ts"
import type { Asked } from "../administration/products.ts"
import { RefusalError } from "../errors.ts"
import type { EventType } from "../events/types.ts"
import type { By } from "../http/define-route.ts"
import { jsonAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { Db, Tx } from "../infra/db.ts"
import { literalAddress, mayReach, resolveName } from "./address.ts"
import type { Reach } from "./address.ts"
import { promoteAll, reviveDead } from "./deliveries.ts"
import type { WebhookBody } from "./schema.ts"
import { createSecret } from "./signature.ts"

/** Together they take as many requests at a time as a worker makes, so that none that hangs delays another. */
export const MAX_WEBHOOKS = 20
const MAX_COUNTED = 10_000
const DEAD_LETTERS = 20

type WebhooksDeps = { readDb: Db; commit: ChangeCommit; reach: Reach & { httpsOnly: boolean } }

/** The endpoints that receive events of the shop; each change of them has its entry in the journal. */
export function createWebhooks({ readDb, commit, reach }: WebhooksDeps) {
  async function requireReachable(url: URL): Promise<void> {
    if (reach.httpsOnly && url.protocol !== "https:") throw notAllowed("must be https")
    if (url.username !== "" || url.password !== "") throw notAllowed("must not hold a user or a password")
    const address = literalAddress(url)
    const addresses = address === undefined ? await resolveName(url.hostname) : [{ address }]
    if (!addresses.every((own) => mayReach(own.address, reach))) throw notAllowed("must be a public address")
  }

  return {
    list: () => list(readDb),

    /** @throws BAD_REQUEST for an address that deliveries may not reach; a name that cannot be resolved is taken */
    async create({ url, events }: WebhookBody, { request, by }: Asked): Promise<Answer> {
      await requireReachable(new URL(url))
      return commit(request, async (tx) => {
        // No other request may add one between the count and the insert.
        await tx.$executeRaw`LOCK TABLE webhooks IN SHARE ROW EXCLUSIVE MODE`
        if ((await tx.webhook.count()) >= MAX_WEBHOOKS) return refusedAnswer(tooMany())
        const row = await tx.webhook.create({ data: { url, events, secret: createSecret() } })
        const { id, secret, createdAt } = row
        const after = snapshotOf(row)
        await writeJournal(tx, { by, action: "webhook.created", targetId: id, before: null, after })
        return jsonAnswer(201, { webhookId: id, url, events, createdAt: createdAt.toISOString(), secret })
      })
    },

    async remove(id: number, by: By): Promise<undefined> {
      await commit(null, async (tx) => {
        await requireWebhook(tx, id)
        const before = snapshotOf(await tx.webhook.delete({ where: { id } }))
        await tx.webhookDelivery.deleteMany({ where: { webhookId: id } })
        await writeJournal(tx, { by, action: "webhook.deleted", targetId: id, before, after: null })
        return { status: 204, body: "" }
      })
    },

    redeliver: (id: number, { request, by }: Asked): Promise<Answer> =>
      commit(request, async (tx) => {
        await requireWebhook(tx, id)
        const disabled = await enable(tx, id)
        const redelivered = await reviveDead(tx, id)
        if (disabled) await promoteAll(tx, id)
        const after = { disabled: false, redelivered }
        await writeJournal(tx, {
          by,
          action: "webhook.redelivered",
          targetId: id,
          before: { disabled },
          after,
        })
        return jsonAnswer(200, { webhookId: id, redelivered })
      }),
  }
}

export type Webhooks = ReturnType<typeof createWebhooks>

/** What the journal keeps of a webhook: never its secret. */
const snapshotOf = ({ url, events }: { url: string; events: string[] }) => ({ url, events })

const notAllowed = (rule: string) => {
  const errors = [{ path: "url", message: rule }]
  return new RefusalError("BAD_REQUEST", `url: ${rule}`, { extra: { errors } })
}
const tooMany = () => new RefusalError("WEBHOOK_LIMIT_REACHED", `There are at most ${MAX_WEBHOOKS} webhooks`)

/** Locks it, as everything does that changes its deliveries. */
async function requireWebhook(tx: Tx, id: number): Promise<void> {
  const found = await tx.$queryRaw<object[]>`SELECT id FROM webhooks WHERE id = ${id}::int FOR NO KEY UPDATE`
  if (found.length === 0) throw new RefusalError("WEBHOOK_NOT_FOUND", `Webhook ${id} does not exist`)
}

/** Returns whether it was disabled; its endpoint has all the time again to come back. The webhook is locked. */
async function enable(tx: Tx, id: number): Promise<boolean> {
  const { disabledAt } = await tx.webhook.findUniqueOrThrow({ where: { id } })
  if (disabledAt === null) return false
  await tx.webhook.update({ where: { id }, data: { disabledAt: null, failingSince: null } })
  return true
}

type Row = {
  webhookId: number
  url: string
  events: EventType[]
  createdAt: Date
  disabledAt: Date | null
  waiting: number
  dead: number
  deadLetters: {
    eventId: string
    type: EventType
    attempts: number
    lastError: string | null
    createdAt: string
  }[]
}

async function list(db: Db) {
  const rows = await db.$queryRaw<Row[]>`
    SELECT w.id AS "webhookId", url, events, created_at AS "createdAt", disabled_at AS "disabledAt",
      (SELECT count(*)::int FROM (SELECT FROM webhook_deliveries d
        WHERE d.webhook_id = w.id AND d.status <> 'dead' LIMIT ${MAX_COUNTED}) found) AS waiting,
      (SELECT count(*)::int FROM (SELECT FROM webhook_deliveries d
        WHERE d.webhook_id = w.id AND d.status = 'dead' LIMIT ${MAX_COUNTED}) found) AS dead,
      (SELECT coalesce(json_agg(l), '[]') FROM (
        SELECT event_id AS "eventId", type, attempts, last_error AS "lastError",
               to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
        FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'dead'
        ORDER BY id LIMIT ${DEAD_LETTERS}) l) AS "deadLetters"
    FROM webhooks w ORDER BY w.id`
  return rows.map(({ disabledAt, ...row }) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    ...(disabledAt && { disabledAt: disabledAt.toISOString() }),
  }))
}
