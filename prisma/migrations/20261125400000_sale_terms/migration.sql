-- When a product is sold, and how many units of it one user may have.
ALTER TABLE "products"
    ADD COLUMN "starts_at" TIMESTAMPTZ(3),
    ADD COLUMN "ends_at" TIMESTAMPTZ(3),
    ADD COLUMN "max_per_user" INTEGER,
    ADD COLUMN "closed" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "limit_period" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "limit_after_order" BIGINT NOT NULL DEFAULT 0;

ALTER TABLE "products"
    ADD CONSTRAINT "products_window_check" CHECK ("ends_at" >= "starts_at"),
    ADD CONSTRAINT "products_max_per_user_check" CHECK ("max_per_user" >= 1);

-- A limit counts what is bought from then on. A product that gets one after it had none starts a period, and what other
-- periods counted plays no part any more. Orders with ids that were given out before were placed before: they held the
-- row that this statement changes.
CREATE FUNCTION start_limit_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW."max_per_user" IS NOT NULL AND (TG_OP = 'INSERT' OR OLD."max_per_user" IS NULL) THEN
        NEW."limit_period" := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE OLD."limit_period" + 1 END;
        SELECT CASE WHEN "is_called" THEN "last_value" ELSE 0 END INTO NEW."limit_after_order" FROM "orders_id_seq";
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER "products_limit_period" BEFORE INSERT OR UPDATE OF "max_per_user" ON "products"
    FOR EACH ROW EXECUTE FUNCTION start_limit_period();

-- The period in which the units of a line count for a limit; null without one.
ALTER TABLE "order_lines" ADD COLUMN "limit_period" INTEGER;

-- Units of a user's orders that are not cancelled, for each product with a limit; max_units is the limit that held when
-- units were added last.
CREATE TABLE "purchase_counts" (
    "user_id" INTEGER NOT NULL,
    "product_id" INTEGER NOT NULL,
    "limit_period" INTEGER NOT NULL,
    "units" INTEGER NOT NULL,
    "max_units" INTEGER NOT NULL,

    CONSTRAINT "purchase_counts_pkey" PRIMARY KEY ("user_id","product_id","limit_period")
);

ALTER TABLE "purchase_counts"
    ADD CONSTRAINT "purchase_counts_units_check" CHECK ("units" BETWEEN 0 AND "max_units");

-- An order keeps what it was; that it is cancelled is said beside it.
ALTER TABLE "orders" ADD COLUMN "cancelled_at" TIMESTAMPTZ(3), ADD COLUMN "cancel_reason" TEXT;

ALTER TABLE "orders"
    ADD CONSTRAINT "orders_cancel_reason_check" CHECK (
        "cancel_reason" IS NULL OR ("cancelled_at" IS NOT NULL AND char_length("cancel_reason") BETWEEN 1 AND 500)
    );

-- A coupon is used by at most one order that is not cancelled.
DROP INDEX "orders_coupon_id_key";
CREATE UNIQUE INDEX "orders_coupon_id_key" ON "orders"("coupon_id")
    WHERE "coupon_id" IS NOT NULL AND "cancelled_at" IS NULL;
CREATE INDEX "orders_cancelled_idx" ON "orders"("id") WHERE "cancelled_at" IS NOT NULL;

-- One row for each cancelled order, never written again; it carries the request's key as orders do.
CREATE TABLE "cancellations" (
    "id" BIGSERIAL NOT NULL,
    "order_id" BIGINT NOT NULL,
    "user_id" INTEGER NOT NULL,
    "refunded" BIGINT NOT NULL,
    "cancelled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "request_identity" UUID,
    "request_hash" UUID,

    CONSTRAINT "cancellations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "cancellations_order_id_key" ON "cancellations"("order_id");
CREATE UNIQUE INDEX "cancellations_request_identity_key" ON "cancellations"("request_identity");

ALTER TABLE "cancellations"
    ADD CONSTRAINT "cancellations_refunded_check" CHECK ("refunded" >= 0),
    ADD CONSTRAINT "cancellations_request_check" CHECK (("request_identity" IS NULL) = ("request_hash" IS NULL));

-- A refund gives back what an order took. It is never refused, so only a charge stops at the limit of a balance; the
-- ceiling is what a JSON number holds exactly.
ALTER TABLE "ledger_entries"
    DROP CONSTRAINT "ledger_entries_kind_check",
    DROP CONSTRAINT "ledger_entries_balance_after_check";
ALTER TABLE "ledger_entries"
    ADD CONSTRAINT "ledger_entries_kind_check" CHECK (
        CASE "kind"
            WHEN 'charge' THEN
                "order_id" IS NULL AND "amount" BETWEEN 1 AND 100000000 AND "balance_after" <= 1000000000000
            WHEN 'order' THEN "order_id" IS NOT NULL AND "amount" < 0
            WHEN 'refund' THEN "order_id" IS NOT NULL AND "amount" > 0
            ELSE false
        END
    ),
    ADD CONSTRAINT "ledger_entries_balance_after_check" CHECK ("balance_after" BETWEEN 0 AND 9007199254740991);
ALTER TABLE "users" DROP CONSTRAINT "users_balance_check";
ALTER TABLE "users" ADD CONSTRAINT "users_balance_check" CHECK ("balance" BETWEEN 0 AND 9007199254740991);

-- The refund of an order, found without reading the ledger.
CREATE INDEX "ledger_entries_refund_idx" ON "ledger_entries"("order_id") WHERE "kind" = 'refund';

-- Cancellations are sealed as orders are: each segment continues where the one before it ends.
ALTER TABLE "audit_segments"
    ADD COLUMN "through_cancellation" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "cancellations" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "refunded" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "cancelled_units" BIGINT NOT NULL DEFAULT 0;

-- Units of the sealed lines that count for a limit, less those of the sealed cancellations.
CREATE TABLE "audit_purchases" (
    "user_id" INTEGER NOT NULL,
    "product_id" INTEGER NOT NULL,
    "limit_period" INTEGER NOT NULL,
    "units" BIGINT NOT NULL,

    CONSTRAINT "audit_purchases_pkey" PRIMARY KEY ("user_id","product_id","limit_period")
);
