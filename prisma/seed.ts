import assert from "node:assert/strict"

import { createDb } from "@saleproof/api/infra/db.ts"
import { SeedRequest } from "@saleproof/api/lab/schema.ts"
import { seedShop } from "@saleproof/api/lab/seed.ts"
import { lockShopExclusive } from "@saleproof/api/shop/epoch.ts"

// oxlint-disable-next-line node/no-process-env -- Prisma starts this file with the URL in its environment
const url = process.env["DATABASE_URL"]
assert(url, "DATABASE_URL is not set")
const db = createDb({ url, name: "seed", poolMax: 1 })

// What POST /init fills in without a body. A running worker notices the new shop and rebuilds Redis from it.
await db.$transaction(
  async (tx) => {
    await lockShopExclusive(tx)
    await seedShop(tx, SeedRequest.parse({}))
  },
  { timeout: 30_000 },
)
await db.$disconnect()
