-- A promise is a committed row: an accepted claim waits here until it is a coupon.
CREATE TABLE "coupon_claims" (
    "id" BIGSERIAL NOT NULL,
    "claim_id" UUID NOT NULL,
    "policy_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "user_ordinal" INTEGER NOT NULL,
    "discount_amount" BIGINT NOT NULL,
    "discount_rate_bp" INTEGER NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "coupon_claims_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "coupon_claims_claim_id_key" ON "coupon_claims"("claim_id");

-- CreateIndex
CREATE UNIQUE INDEX "coupon_claims_policy_id_user_id_user_ordinal_key" ON "coupon_claims"("policy_id", "user_id", "user_ordinal");

ALTER TABLE "coupon_claims"
    ADD CONSTRAINT "coupon_claims_user_ordinal_check" CHECK ("user_ordinal" >= 1),
    ADD CONSTRAINT "coupon_claims_discount_amount_check" CHECK ("discount_amount" BETWEEN 0 AND 1000000000000),
    ADD CONSTRAINT "coupon_claims_discount_rate_bp_check" CHECK ("discount_rate_bp" BETWEEN 0 AND 10000),
    ADD CONSTRAINT "coupon_claims_expires_at_check" CHECK ("expires_at" > "claimed_at");

-- Every row is deleted within moments, so the table is cleaned by how many those were, not by its size.
ALTER TABLE "coupon_claims" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- What was counted when a coupon was issued is counted when its claim is accepted.
ALTER TABLE "coupon_policies" RENAME COLUMN "issued" TO "claimed";
ALTER TABLE "coupon_policies" RENAME CONSTRAINT "coupon_policies_issued_check" TO "coupon_policies_claimed_check";

-- The Idempotency-Key of a claim is the identity of its row from now on; answers that were kept for coupons that exist
-- hand theirs over, so that a repeat finds the coupon instead of claiming another. Same bytes as idempotency/identity.ts.
WITH digests AS (
    SELECT ("body"::jsonb ->> 'claimId')::uuid AS "claim_id",
           substring(sha256(convert_to('coupons ' || "key", 'UTF8')) FROM 1 FOR 16) AS "digest"
    FROM "idempotency_keys" WHERE "operation" = 'coupons' AND "status" = 201
)
UPDATE "coupons" SET "claim_id" = encode(
        set_byte(set_byte("digest", 6, (get_byte("digest", 6) & 15) | 128), 8, (get_byte("digest", 8) & 63) | 128),
        'hex'
    )::uuid
FROM digests WHERE "coupons"."claim_id" = digests."claim_id";
DELETE FROM "idempotency_keys" WHERE "operation" = 'coupons';
