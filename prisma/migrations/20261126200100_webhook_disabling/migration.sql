-- `failing_since` is when an endpoint began to fail with something to send all the time; `disabled_at` when it was given up.
ALTER TABLE "webhooks" ADD COLUMN "failing_since" TIMESTAMPTZ(3), ADD COLUMN "disabled_at" TIMESTAMPTZ(3);

ALTER TABLE "webhooks"
    ADD CONSTRAINT "webhooks_disabled_check" CHECK ("disabled_at" IS NULL OR "failing_since" IS NOT NULL);
