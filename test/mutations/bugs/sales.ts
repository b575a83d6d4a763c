import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const RELAY = "apps/api/src/rankings/relay.ts"
const LIVE_STATE = "apps/api/src/rankings/live-state.ts"

const REDELIVERY = "apps/api/test/redelivery.test.ts"
const SALES = "apps/api/test/sales.test.ts"
const SEALS = "apps/api/test/seals.test.ts"

/** Guards of the sums by day and product, and of the realtime ranking. */
export const SALES_BUGS: Bug[] = [
  bug("ranking-counted-twice", "an event leaves the outbox in the transaction that moves the sums")
    .replacing(
      RELAY,
      `    DELETE FROM outbox_events WHERE id IN (SELECT id FROM outbox_events WHERE \${which})
    RETURNING id::text, topic, payload, created_at AS "createdAt"`,
      `    SELECT id::text, topic, payload, created_at AS "createdAt" FROM outbox_events WHERE \${which}`,
    )
    .caughtBy(REDELIVERY, "a relay that dies"),
  bug("event-holds-up-the-others", "an event that cannot be relayed holds up no other")
    .replacing(
      RELAY,
      "const isAboutEvent = (error: unknown) =>",
      "const isAboutEvent = (error: unknown) => false && ",
    )
    .caughtBy("apps/api/test/set-aside.test.ts", "an event of the outbox"),
  bug("ranking-behind-unnoticed", "readiness says when the ranking lacks what was sold")
    .replacing("apps/api/src/rankings/lag.ts", "const LATE_MS = 10_000", "const LATE_MS = 1e12")
    .caughtBy(SALES, "the realtime ranking in Redis > is behind"),
  bug("order-missing-in-ranking", "an event leaves the outbox only when the sums count it")
    .replacing(RELAY, "addSales(tx, sales, revision), ", "")
    .caughtBy(REDELIVERY, "a relay that dies"),
  bug("ranking-unfenced", "an older write to the ranking that comes late is refused")
    .replacing(LIVE_STATE, "if build[1] ~= ARGV[1] or build[2] ~= ARGV[2] then return 0 end", "")
    .caughtBy(SALES, "the realtime ranking in Redis > refuses a write"),
  bug("day-of-another-clock", "an order counts on the day of its own row")
    .replacing(
      "apps/api/src/orders/batch-write.ts",
      "(min(created_at) AT TIME ZONE 'UTC')::date",
      "(now() AT TIME ZONE 'UTC')::date",
    )
    .caughtBy(SALES, "the day of an order > is its own, whatever the clock says (batched)"),
  bug("sealed-before-checked", "nothing is sealed that violates an invariant")
    .replacing("apps/api/src/audit/seal-job.ts", "if (broken.length > 0) {", "if (broken.length < 0) {")
    .caughtBy(SEALS, "what is sealed > is never something that violates"),
  bug("sealed-while-open", "nothing is sealed that an open transaction may still write to")
    .replacing("apps/api/src/audit/seal-job.ts", "if (await stillOpen(db, mark)) return undefined", "")
    .caughtBy(SEALS, "what is sealed > is nothing that an open transaction"),
]
