-- What was deleted became nothing.
ALTER TABLE "journal_entries" ALTER COLUMN "after" DROP NOT NULL;
