-- CreateTable
CREATE TABLE "users" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "balance" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_entries" (
    "id" BIGSERIAL NOT NULL,
    "user_id" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "balance_after" BIGINT NOT NULL,
    "order_id" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ledger_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "products" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "price" BIGINT NOT NULL,
    "stock" BIGINT NOT NULL,
    "stocked" BIGINT NOT NULL,

    CONSTRAINT "products_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coupon_policies" (
    "id" SERIAL NOT NULL,
    "total" INTEGER NOT NULL,
    "issued" INTEGER NOT NULL DEFAULT 0,
    "per_user_limit" INTEGER,
    "discount_amount" BIGINT NOT NULL,
    "discount_rate_bp" INTEGER NOT NULL DEFAULT 0,
    "expire_days" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "coupon_policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coupons" (
    "id" SERIAL NOT NULL,
    "policy_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "user_ordinal" INTEGER NOT NULL,
    "claim_id" UUID NOT NULL,
    "discount_amount" BIGINT NOT NULL,
    "discount_rate_bp" INTEGER NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "coupons_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" BIGSERIAL NOT NULL,
    "user_id" INTEGER NOT NULL,
    "coupon_id" INTEGER,
    "subtotal" BIGINT NOT NULL,
    "discount" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_lines" (
    "order_id" BIGINT NOT NULL,
    "product_id" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_price" BIGINT NOT NULL,

    CONSTRAINT "order_lines_pkey" PRIMARY KEY ("order_id","product_id")
);

-- CreateTable
CREATE TABLE "outbox_events" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ranking_seeds" (
    "day" DATE NOT NULL,
    "product_id" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "ranking_seeds_pkey" PRIMARY KEY ("day","product_id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("operation","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_name_key" ON "users"("name");

-- CreateIndex
CREATE INDEX "ledger_entries_user_id_id_idx" ON "ledger_entries"("user_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "coupons_claim_id_key" ON "coupons"("claim_id");

-- CreateIndex
CREATE INDEX "coupons_user_id_id_idx" ON "coupons"("user_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "coupons_policy_id_user_id_user_ordinal_key" ON "coupons"("policy_id", "user_id", "user_ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "orders_coupon_id_key" ON "orders"("coupon_id");

-- CreateIndex
CREATE INDEX "orders_user_id_id_idx" ON "orders"("user_id", "id" DESC);

-- CreateIndex
CREATE INDEX "orders_created_at_idx" ON "orders" USING BRIN ("created_at");

-- What Prisma's schema language cannot say: the rules of the shop, refused by the database itself.

ALTER TABLE "users"
    ADD CONSTRAINT "users_name_check" CHECK (char_length("name") BETWEEN 1 AND 100 AND "name" !~ '[[:cntrl:]]'),
    ADD CONSTRAINT "users_balance_check" CHECK ("balance" BETWEEN 0 AND 1000000000000);

-- A charge adds money and has no order; an order takes money. An order that costs nothing changes no balance.
ALTER TABLE "ledger_entries"
    ADD CONSTRAINT "ledger_entries_kind_check" CHECK (
        CASE "kind"
            WHEN 'charge' THEN "order_id" IS NULL AND "amount" BETWEEN 1 AND 100000000
            WHEN 'order' THEN "order_id" IS NOT NULL AND "amount" < 0
            ELSE false
        END
    ),
    ADD CONSTRAINT "ledger_entries_balance_after_check" CHECK ("balance_after" BETWEEN 0 AND 1000000000000);

-- The ceilings keep the dearest order (100 lines of 1,000) below 2^53, so that every sum is exact as a JSON number.
ALTER TABLE "products"
    ADD CONSTRAINT "products_name_check" CHECK (char_length("name") BETWEEN 1 AND 100),
    ADD CONSTRAINT "products_price_check" CHECK ("price" BETWEEN 0 AND 1000000000),
    ADD CONSTRAINT "products_stock_check" CHECK ("stock" BETWEEN 0 AND "stocked"),
    ADD CONSTRAINT "products_stocked_check" CHECK ("stocked" <= 1000000000000);

ALTER TABLE "coupon_policies"
    ADD CONSTRAINT "coupon_policies_issued_check" CHECK ("issued" BETWEEN 0 AND "total"),
    ADD CONSTRAINT "coupon_policies_per_user_limit_check" CHECK ("per_user_limit" >= 1),
    ADD CONSTRAINT "coupon_policies_discount_amount_check" CHECK ("discount_amount" BETWEEN 0 AND 1000000000000),
    ADD CONSTRAINT "coupon_policies_discount_rate_bp_check" CHECK ("discount_rate_bp" BETWEEN 0 AND 10000),
    ADD CONSTRAINT "coupon_policies_expire_days_check" CHECK ("expire_days" >= 1),
    ADD CONSTRAINT "coupon_policies_window_check" CHECK ("ends_at" > "starts_at");

ALTER TABLE "coupons"
    ADD CONSTRAINT "coupons_user_ordinal_check" CHECK ("user_ordinal" >= 1),
    ADD CONSTRAINT "coupons_discount_amount_check" CHECK ("discount_amount" BETWEEN 0 AND 1000000000000),
    ADD CONSTRAINT "coupons_discount_rate_bp_check" CHECK ("discount_rate_bp" BETWEEN 0 AND 10000),
    ADD CONSTRAINT "coupons_expires_at_check" CHECK ("expires_at" > "issued_at");

ALTER TABLE "orders"
    ADD CONSTRAINT "orders_subtotal_check" CHECK ("subtotal" >= 0),
    ADD CONSTRAINT "orders_discount_check" CHECK ("discount" BETWEEN 0 AND "subtotal"),
    ADD CONSTRAINT "orders_discount_needs_coupon_check" CHECK ("coupon_id" IS NOT NULL OR "discount" = 0),
    ADD CONSTRAINT "orders_total_check" CHECK ("total" = "subtotal" - "discount");

ALTER TABLE "order_lines"
    ADD CONSTRAINT "order_lines_quantity_check" CHECK ("quantity" BETWEEN 1 AND 1000),
    ADD CONSTRAINT "order_lines_unit_price_check" CHECK ("unit_price" BETWEEN 0 AND 1000000000);

ALTER TABLE "outbox_events"
    ADD CONSTRAINT "outbox_events_payload_check" CHECK (jsonb_typeof("payload") = 'object');

ALTER TABLE "ranking_seeds"
    ADD CONSTRAINT "ranking_seeds_quantity_check" CHECK ("quantity" >= 0);

ALTER TABLE "idempotency_keys"
    ADD CONSTRAINT "idempotency_keys_key_check" CHECK ("key" ~ '^[!-~]{1,255}$'),
    ADD CONSTRAINT "idempotency_keys_status_check" CHECK ("status" BETWEEN 200 AND 499);
