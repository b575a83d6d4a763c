import { readFileSync } from "node:fs"
import { join } from "node:path"

import { expect, it } from "vitest"
import { parse } from "yaml"

import { PROFILES } from "../lib/profiles.ts"
import { makeSale } from "../lib/sale.ts"

const { scenarios } = parse(readFileSync(join(import.meta.dirname, "../../loadctl.yaml"), "utf8"))

it("seeds the users of the full sale, and describes it in loadctl.yaml", () => {
  const { users, stock, maxPerUser } = makeSale({ scale: 1 })
  const { seed, description } = scenarios.sale_opening
  expect(seed.users).toBe(users)
  const counts = [users, stock].map((count) => count.toLocaleString("en-US"))
  expect(description).toContain(`${counts[0]} users wait for a sale of ${counts[1]} units`)
  expect(description).toContain(`at most ${maxPerUser} each`)
})

it("is in loadctl.yaml beside every other scenario", () => {
  expect(Object.keys(scenarios).toSorted()).toEqual([...Object.keys(PROFILES), "sale_opening"].toSorted())
})
