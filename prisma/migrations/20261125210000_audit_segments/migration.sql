-- What the audit checked and need not count again; each segment continues where the one before it ends.
CREATE TABLE "audit_segments" (
    "segment" INTEGER NOT NULL,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "through_order" BIGINT NOT NULL,
    "through_entry" BIGINT NOT NULL,
    "orders" BIGINT NOT NULL,
    "paid" BIGINT NOT NULL,
    "units" BIGINT NOT NULL,
    "charged" BIGINT NOT NULL,
    "booked" BIGINT NOT NULL,

    CONSTRAINT "audit_segments_pkey" PRIMARY KEY ("segment")
);

-- The sum of each user's sealed ledger entries.
CREATE TABLE "audit_balances" (
    "user_id" INTEGER NOT NULL,
    "booked" BIGINT NOT NULL,

    CONSTRAINT "audit_balances_pkey" PRIMARY KEY ("user_id")
);

-- Units of the sealed orders by UTC day and product.
CREATE TABLE "audit_sales" (
    "day" DATE NOT NULL,
    "product_id" INTEGER NOT NULL,
    "sold" BIGINT NOT NULL,

    CONSTRAINT "audit_sales_pkey" PRIMARY KEY ("day","product_id")
);

-- The payment of an order, found without reading the ledger.
CREATE INDEX "ledger_entries_order_id_idx" ON "ledger_entries"("order_id") WHERE "kind" = 'order';
