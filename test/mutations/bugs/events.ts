import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const WEBHOOKS = "apps/api/test/webhooks.test.ts"
const ADMIN_PAGE = "apps/api/test/admin-page.test.ts"

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
  bug("session-of-another-origin", "a write with a session comes from a page of this server")
    .replacing(
      "apps/api/src/admin-page/session.ts",
      "if (!SAFE_METHODS.has(req.method) && !isOwnOrigin(",
      "if (req.method === '' && !isOwnOrigin(",
    )
    .caughtBy(ADMIN_PAGE, "a session > lets a write in that comes from a page of this server"),
]
