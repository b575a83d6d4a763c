-- A row without an Idempotency-Key needs no entry in the index of the keys: every paid order made one in the ledger's.
DROP INDEX "ledger_entries_request_identity_key";
CREATE UNIQUE INDEX "ledger_entries_request_identity_key" ON "ledger_entries"("request_identity")
    WHERE "request_identity" IS NOT NULL;
DROP INDEX "orders_request_identity_key";
CREATE UNIQUE INDEX "orders_request_identity_key" ON "orders"("request_identity")
    WHERE "request_identity" IS NOT NULL;
