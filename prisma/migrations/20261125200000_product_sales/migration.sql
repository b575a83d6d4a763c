-- Units sold by UTC day and product. The relay moves them in the transaction that deletes the outbox events.
CREATE TABLE "product_sales" (
    "day" DATE NOT NULL,
    "product_id" INTEGER NOT NULL,
    "quantity" BIGINT NOT NULL DEFAULT 0,
    "seeded" BIGINT NOT NULL DEFAULT 0,
    "revision" BIGINT NOT NULL,

    CONSTRAINT "product_sales_pkey" PRIMARY KEY ("day","product_id")
);

-- CreateIndex
CREATE INDEX "product_sales_revision_day_product_id_idx" ON "product_sales"("revision", "day", "product_id");

-- CreateTable
CREATE TABLE "sales_state" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "revision" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "sales_state_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "product_sales" ADD CONSTRAINT "product_sales_seeded_check" CHECK ("seeded" >= 0);

-- One row: its lock puts relays and POST /init in an order.
ALTER TABLE "sales_state" ADD CONSTRAINT "sales_state_id_check" CHECK ("id" = 1);
INSERT INTO "sales_state" ("revision") VALUES (1);

-- What was sold before, less what still waits in the outbox, and what POST /init put into the realtime ranking.
INSERT INTO "product_sales" ("day", "product_id", "quantity", "seeded", "revision")
SELECT day, product_id, sum(quantity), sum(seeded), 1
FROM (
    SELECT (created_at AT TIME ZONE 'UTC')::date AS day, product_id, quantity, 0 AS seeded
    FROM orders JOIN order_lines ON order_id = orders.id
    UNION ALL
    SELECT (payload ->> 'day')::date, key::int, -value::bigint, 0
    FROM outbox_events, jsonb_each_text(payload -> 'sold') WHERE topic = 'order.placed'
    UNION ALL
    SELECT day, product_id, 0, quantity FROM ranking_seeds
) counted
GROUP BY day, product_id;

-- DropTable
DROP TABLE "ranking_seeds";
