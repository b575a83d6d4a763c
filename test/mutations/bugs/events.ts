import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const WEBHOOKS = "apps/api/test/webhooks.test.ts"
const RETENTION = "apps/api/test/webhook-retention.test.ts"
const ADMIN_SESSION = "apps/api/test/admin-session.test.ts"

/** Guards of what leaves the shop, and of the operator's page. */
export const EVENT_BUGS: Bug[] = [
  bug("webhook-signature-without-id", "a signature covers the id of the event")
    .replacing(
      "apps/api/src/webhooks/signature.ts",
      "update(`${id}.${timestamp}.${body}`)",
      "update(`${timestamp}.${body}`)",
    )
    .caughtBy(WEBHOOKS, "a webhook > is sent what happened as signed CloudEvents"),
  bug("webhook-out-of-order", "an endpoint gets the events of a user in their order")
    .replacing("apps/api/src/webhooks/deliveries.ts", "ORDER BY id LIMIT 1", "ORDER BY id DESC LIMIT 1")
    .caughtBy(WEBHOOKS, "a webhook > gets the events of a user in their order"),
  bug("webhook-not-retried", "a delivery that failed is tried again")
    .replacing(
      "apps/api/src/webhooks/deliver.ts",
      "sent.gone ? undefined : delaysMs[delivery.attempts - 1]",
      "undefined",
    )
    .caughtBy(WEBHOOKS, "a webhook > keeps the id of an event and its bytes over retries"),
  bug("webhook-hangs", "a delivery ends, whatever the endpoint answers")
    .replacing(
      "apps/api/src/webhooks/send.ts",
      `request.on("close", () => reject(`,
      `request.on("closed", () => reject(`,
    )
    .caughtBy("apps/api/src/webhooks/send.test.ts", "a delivery ends, whatever the endpoint answers"),
  bug("session-of-another-origin", "a write with a session comes from a page of this server")
    .replacing(
      "apps/api/src/admin-page/session.ts",
      "if (!SAFE_METHODS.has(req.method) && !isOwnOrigin(",
      "if (req.method === '' && !isOwnOrigin(",
    )
    .caughtBy(
      ADMIN_SESSION,
      "a session of the admin page > lets a write in that comes from a page of this server",
    ),
  bug("dead-letters-unbounded", "of the dead letters of a webhook the newest are kept")
    .replacing("apps/api/src/webhooks/retention.ts", "DESC OFFSET ${maxDead}::int", "DESC OFFSET 1000000000")
    .caughtBy(RETENTION, "the dead letters of an endpoint that does not come back > are bounded"),
  bug("webhook-never-disabled", "an endpoint that fails for too long is sent nothing more")
    .replacing(
      "apps/api/src/webhooks/health.ts",
      "failing AND ${failedFor(disableAfterMs)} THEN now()",
      "failing AND false THEN now()",
    )
    .caughtBy(RETENTION, "an endpoint that fails for too long > is disabled"),
  bug("queue-lost-at-boot", "a process that started without Redis uses its queues later")
    .replacing("apps/api/src/infra/queue.ts", "skipVersionCheck: true", "skipVersionCheck: false")
    .caughtBy(RETENTION, "a worker that started while Redis did not answer > delivers by BullMQ"),
  bug("webhook-unjournaled", "who deletes a webhook is in the journal")
    .replacing(
      "apps/api/src/webhooks/service.ts",
      `await writeJournal(tx, { by, action: "webhook.deleted", targetId: id, before, after: null })`,
      "if (before === null) await writeJournal(tx, { by, action: 'webhook.deleted', targetId: id, before, after: null })",
    )
    .caughtBy("apps/api/test/journal.test.ts", "the journal > has every webhook"),
  bug("sign-out-keeps-cookie", "who signs out has no session any more")
    .replacing(
      "apps/api/src/admin-page/session.ts",
      "res.clearCookie(SESSION_COOKIE,",
      "res.cookie(SESSION_COOKIE, 'a.b.c',",
    )
    .caughtBy(ADMIN_SESSION, "a session of the admin page > ends when a page of this server says so"),
]
