-- An Idempotency-Key is the identity of the row that its request made; the hash tells payloads apart.
ALTER TABLE "orders" ADD COLUMN "request_identity" UUID, ADD COLUMN "request_hash" UUID;
ALTER TABLE "ledger_entries" ADD COLUMN "request_identity" UUID, ADD COLUMN "request_hash" UUID;

-- Answers that were kept for orders and charges hand their keys over to the rows. Same bytes as idempotency/identity.ts.
CREATE FUNCTION pg_temp.uuid_of("digest" BYTEA) RETURNS UUID LANGUAGE SQL AS $$
    SELECT encode(set_byte(set_byte(d, 6, (get_byte(d, 6) & 15) | 128), 8, (get_byte(d, 8) & 63) | 128), 'hex')::uuid
    FROM substring("digest" FROM 1 FOR 16) AS d
$$;

UPDATE "orders" SET "request_identity" = "identity", "request_hash" = "hash"
FROM (
    SELECT ("body"::jsonb ->> 'orderId')::bigint AS "order_id",
           pg_temp.uuid_of(sha256(convert_to('orders ' || "key", 'UTF8'))) AS "identity",
           pg_temp.uuid_of(decode("request_hash", 'hex')) AS "hash"
    FROM "idempotency_keys" WHERE "operation" = 'orders' AND "status" = 201
) kept
WHERE "orders"."id" = "order_id";

-- A charge's answer does not name its row; its transaction, user and balance do.
UPDATE "ledger_entries" SET "request_identity" = "identity", "request_hash" = "hash"
FROM (
    SELECT DISTINCT ON (k."key") e."id" AS "entry_id",
           pg_temp.uuid_of(sha256(convert_to('charge ' || k."key", 'UTF8'))) AS "identity",
           pg_temp.uuid_of(decode(k."request_hash", 'hex')) AS "hash"
    FROM "idempotency_keys" k
    JOIN "ledger_entries" e ON e."kind" = 'charge' AND e."created_at" = k."created_at"
        AND e."user_id" = (k."body"::jsonb ->> 'userId')::int
        AND e."balance_after" = (k."body"::jsonb ->> 'balance')::bigint
    WHERE k."operation" = 'charge' AND k."status" = 201
    ORDER BY k."key"
) kept
WHERE "ledger_entries"."id" = "entry_id";

-- A refused request is decided anew, so what is left is of no use.
DROP TABLE "idempotency_keys";

-- CreateIndex
CREATE UNIQUE INDEX "orders_request_identity_key" ON "orders"("request_identity");
CREATE UNIQUE INDEX "ledger_entries_request_identity_key" ON "ledger_entries"("request_identity");

ALTER TABLE "orders"
    ADD CONSTRAINT "orders_request_check" CHECK (("request_identity" IS NULL) = ("request_hash" IS NULL));
ALTER TABLE "ledger_entries"
    ADD CONSTRAINT "ledger_entries_request_check" CHECK (
        ("request_identity" IS NULL) = ("request_hash" IS NULL)
        AND ("request_identity" IS NULL OR "kind" = 'charge')
    );

-- For requests whose effect is no row that could carry the key.
CREATE TABLE "kept_answers" (
    "request_identity" UUID NOT NULL,
    "request_hash" UUID NOT NULL,
    "status" INTEGER NOT NULL,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "kept_answers_pkey" PRIMARY KEY ("request_identity")
);

ALTER TABLE "kept_answers"
    ADD CONSTRAINT "kept_answers_status_check" CHECK ("status" BETWEEN 200 AND 299);
