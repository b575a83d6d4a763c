import process from "node:process"

import type { Shop } from "../environment/shop.ts"

export async function versionsOf(shop: Shop): Promise<Record<string, string>> {
  return { Node: process.version, PostgreSQL: await shop.version() }
}
