-- CreateTable
CREATE TABLE "shop" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "epoch" UUID NOT NULL,

    CONSTRAINT "shop_pkey" PRIMARY KEY ("id")
);

-- There is one shop, so there is one row.
ALTER TABLE "shop" ADD CONSTRAINT "shop_id_check" CHECK ("id" = 1);

INSERT INTO "shop" ("epoch") VALUES (gen_random_uuid());
