-- How many events of a type left the outbox, and the sum of the ids that they are about.
CREATE TABLE "event_totals" (
    "type" TEXT NOT NULL,
    "events" BIGINT NOT NULL,
    "id_sum" BIGINT NOT NULL,

    CONSTRAINT "event_totals_pkey" PRIMARY KEY ("type")
);

-- The same of what a sealed segment holds: each order is one event, and each charge.
ALTER TABLE "audit_segments"
    ADD COLUMN "order_id_sum" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "charges" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "charge_id_sum" BIGINT NOT NULL DEFAULT 0;

UPDATE "audit_segments" s SET
    "order_id_sum" = (SELECT coalesce(sum(id), 0) FROM "orders"
                      WHERE id > coalesce(p."through_order", 0) AND id <= s."through_order"),
    "charges" = (SELECT count(*) FROM "ledger_entries"
                 WHERE kind = 'charge' AND id > coalesce(p."through_entry", 0) AND id <= s."through_entry"),
    "charge_id_sum" = (SELECT coalesce(sum(id), 0) FROM "ledger_entries"
                       WHERE kind = 'charge' AND id > coalesce(p."through_entry", 0) AND id <= s."through_entry")
FROM "audit_segments" own LEFT JOIN "audit_segments" p ON p."segment" = own."segment" - 1
WHERE own."segment" = s."segment";

-- What happened before there were events counts as one each; what waits in the outbox from then names no ids.
INSERT INTO "event_totals" ("type", "events", "id_sum")
SELECT 'order.placed', count(*), coalesce(sum(id), 0) FROM "orders"
UNION ALL
SELECT 'balance.credited', count(*), coalesce(sum(id), 0) FROM "ledger_entries" WHERE kind = 'charge'
UNION ALL
SELECT 'coupon.granted', count(*), coalesce(sum(id), 0) FROM "coupons";
