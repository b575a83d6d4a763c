-- Who is told what happened. The secret signs, so it is kept as it is.
CREATE TABLE "webhooks" (
    "id" SERIAL NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[] NOT NULL,
    "secret" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id")
);

-- What is still to be delivered, and what was given up. What was delivered is deleted.
CREATE TABLE "webhook_deliveries" (
    "id" BIGSERIAL NOT NULL,
    "webhook_id" INTEGER NOT NULL,
    "event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "partition_key" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_until" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- ready: may be sent from next_attempt_at on; waiting: an earlier one of the same endpoint and key is not done; dead: given up.
ALTER TABLE "webhook_deliveries"
    ADD CONSTRAINT "webhook_deliveries_status_check" CHECK ("status" IN ('ready', 'waiting', 'dead')),
    ADD CONSTRAINT "webhook_deliveries_attempts_check" CHECK ("attempts" >= 0);

-- Of an endpoint and a key one at a time is sent.
CREATE UNIQUE INDEX "webhook_deliveries_ready_key" ON "webhook_deliveries"("webhook_id", "partition_key")
    WHERE "status" = 'ready';
CREATE INDEX "webhook_deliveries_due_idx" ON "webhook_deliveries"("webhook_id", "next_attempt_at", "id")
    WHERE "status" = 'ready';
CREATE INDEX "webhook_deliveries_waiting_idx" ON "webhook_deliveries"("webhook_id", "partition_key", "id")
    WHERE "status" = 'waiting';
CREATE INDEX "webhook_deliveries_dead_idx" ON "webhook_deliveries"("webhook_id", "id") WHERE "status" = 'dead';
