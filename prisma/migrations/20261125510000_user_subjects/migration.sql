-- The subject by which an issuer of tokens knows a user. Digits alone would be taken for the id of a user.
ALTER TABLE "users" ADD COLUMN "subject" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "users_subject_key" ON "users"("subject");

ALTER TABLE "users"
    ADD CONSTRAINT "users_subject_check" CHECK (
        char_length("subject") BETWEEN 1 AND 255 AND "subject" !~ '[[:cntrl:]]' AND "subject" !~ '^[0-9]+$'
    );
