-- A closed policy gives no coupons. A window may be empty, as a product's may.
ALTER TABLE "coupon_policies" ADD COLUMN "closed" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "coupon_policies"
    DROP CONSTRAINT "coupon_policies_window_check",
    ADD CONSTRAINT "coupon_policies_window_check" CHECK ("ends_at" >= "starts_at");

-- What a product had when it was made; whatever `stocked` says beyond it was restocked.
ALTER TABLE "products" ADD COLUMN "put_in" BIGINT NOT NULL DEFAULT 0;
UPDATE "products" SET "put_in" = "stocked";
CREATE FUNCTION note_put_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."put_in" := CASE WHEN TG_OP = 'INSERT' THEN NEW."stocked" ELSE OLD."put_in" END;
    RETURN NEW;
END
$$;
CREATE TRIGGER "products_put_in" BEFORE INSERT OR UPDATE OF "put_in" ON "products"
    FOR EACH ROW EXECUTE FUNCTION note_put_in();

-- Who changed what, and when. Entries of another epoch are about a shop that was emptied since.
CREATE TABLE "journal_entries" (
    "id" BIGSERIAL NOT NULL,
    "epoch" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "who" TEXT,
    "action" TEXT NOT NULL,
    "target_id" INTEGER NOT NULL,
    "before" JSONB,
    "after" JSONB NOT NULL,
    "quantity" BIGINT,
    "reason" TEXT,

    CONSTRAINT "journal_entries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "journal_entries_epoch_id_idx" ON "journal_entries"("epoch", "id" DESC);

ALTER TABLE "journal_entries"
    ADD CONSTRAINT "journal_entries_quantity_check" CHECK (
        ("action" = 'product.restocked') = ("quantity" IS NOT NULL) AND "quantity" <> 0
    ),
    ADD CONSTRAINT "journal_entries_total_check" CHECK (("after" ->> 'total')::bigint >= ("after" ->> 'claimed')::bigint);

CREATE FUNCTION keep_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER "journal_entries_kept" BEFORE UPDATE OR DELETE OR TRUNCATE ON "journal_entries"
    FOR EACH STATEMENT EXECUTE FUNCTION keep_journal();
