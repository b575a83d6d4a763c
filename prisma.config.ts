/* oxlint-disable node/no-process-env -- this file is Prisma's entry, and Prisma's settings are variables */
import { defineConfig } from "prisma/config"

// The native engine is a download from a host that may be out of reach; this one comes with npm.
process.env["PRISMA_SCHEMA_ENGINE_BINARY"] ||= `${import.meta.dirname}/prisma/engine/schema-engine`

const url = process.env["DATABASE_URL"]

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations", seed: "node_modules/.bin/node prisma/seed.ts" },
  // `generate` needs no database, so a missing URL only stops the commands that do.
  ...(url && { datasource: { url } }),
})
