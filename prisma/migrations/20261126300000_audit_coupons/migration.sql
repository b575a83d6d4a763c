-- Coupons are sealed as orders are, and cancellations with what they are about. Without a default, so that a worker of
-- an older version seals nothing: it would not know where coupons continue.
ALTER TABLE "audit_segments"
    ADD COLUMN "through_coupon" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "coupons" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "coupon_id_sum" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "coupon_uses" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "cancelled_uses" BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN "cancelled_id_sum" BIGINT NOT NULL DEFAULT 0;

UPDATE "audit_segments" s SET
    "coupon_uses" = (SELECT count("coupon_id") FROM "orders"
                     WHERE id > coalesce(p."through_order", 0) AND id <= s."through_order"),
    "cancelled_uses" = (SELECT count(o."coupon_id") FROM "cancellations" c JOIN "orders" o ON o.id = c."order_id"
                        WHERE c.id > coalesce(p."through_cancellation", 0) AND c.id <= s."through_cancellation"),
    "cancelled_id_sum" = (SELECT coalesce(sum("order_id"), 0) FROM "cancellations"
                          WHERE id > coalesce(p."through_cancellation", 0) AND id <= s."through_cancellation")
FROM "audit_segments" own LEFT JOIN "audit_segments" p ON p."segment" = own."segment" - 1
WHERE own."segment" = s."segment";

ALTER TABLE "audit_segments"
    ALTER COLUMN "through_coupon" DROP DEFAULT,
    ALTER COLUMN "coupons" DROP DEFAULT,
    ALTER COLUMN "coupon_id_sum" DROP DEFAULT,
    ALTER COLUMN "coupon_uses" DROP DEFAULT,
    ALTER COLUMN "cancelled_uses" DROP DEFAULT,
    ALTER COLUMN "cancelled_id_sum" DROP DEFAULT;

-- Sealed coupons by policy.
CREATE TABLE "audit_coupons" (
    "policy_id" INTEGER NOT NULL,
    "held" BIGINT NOT NULL,

    CONSTRAINT "audit_coupons_pkey" PRIMARY KEY ("policy_id")
);
