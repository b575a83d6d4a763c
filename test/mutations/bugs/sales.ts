import type { Bug } from "../bug.ts"

const RELAY = "apps/api/src/rankings/relay.ts"
const LIVE_STATE = "apps/api/src/rankings/live-state.ts"

const REDELIVERY = "apps/api/test/redelivery.test.ts"
const SALES = "apps/api/test/sales.test.ts"
const SEALS = "apps/api/test/seals.test.ts"

/** Guards of the sums by day and product, and of the realtime ranking. */
export const SALES_BUGS: Bug[] = [
  {
    id: "ranking-counted-twice",
    guard: "an event leaves the outbox in the transaction that moves the sums",
    patches: [
      {
        file: RELAY,
        find: `    DELETE FROM outbox_events WHERE id IN (SELECT id FROM outbox_events ORDER BY id LIMIT \${CHUNK})
    RETURNING id::text, topic, payload`,
        replace: `    SELECT id::text, topic, payload FROM outbox_events ORDER BY id LIMIT \${CHUNK}`,
      },
    ],
    tests: [{ file: REDELIVERY, names: ["a relay that dies"] }],
  },
  {
    id: "order-missing-in-ranking",
    guard: "an event leaves the outbox only when the sums count it",
    patches: [
      {
        file: RELAY,
        find: "if (sales.length > 0) await addSales(tx, sales, revision)",
        replace: "",
      },
    ],
    tests: [{ file: REDELIVERY, names: ["a relay that dies"] }],
  },
  {
    id: "ranking-unfenced",
    guard: "an older write to the ranking that comes late is refused",
    patches: [
      {
        file: LIVE_STATE,
        find: "if build[1] ~= ARGV[1] or build[2] ~= ARGV[2] then return 0 end",
        replace: "",
      },
    ],
    tests: [{ file: SALES, names: ["the realtime ranking in Redis > refuses a write"] }],
  },
  {
    id: "day-of-another-clock",
    guard: "an order counts on the day of its own row",
    patches: [
      {
        file: "apps/api/src/orders/batch-write.ts",
        find: "(min(created_at) AT TIME ZONE 'UTC')::date",
        replace: "(now() AT TIME ZONE 'UTC')::date",
      },
    ],
    tests: [{ file: SALES, names: ["the day of an order > is its own, whatever the clock says (batched)"] }],
  },
  {
    id: "sealed-before-checked",
    guard: "nothing is sealed that violates an invariant",
    patches: [
      {
        file: "apps/api/src/audit/seal-job.ts",
        find: "if (broken.length > 0) {",
        replace: "if (broken.length < 0) {",
      },
    ],
    tests: [{ file: SEALS, names: ["what is sealed > is never something that violates"] }],
  },
  {
    id: "sealed-while-open",
    guard: "nothing is sealed that an open transaction may still write to",
    patches: [
      {
        file: "apps/api/src/audit/seal-job.ts",
        find: "if (await stillOpen(db, mark)) return false",
        replace: "",
      },
    ],
    tests: [{ file: SEALS, names: ["what is sealed > is nothing that an open transaction"] }],
  },
]
