import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Client } from "pg"
import { expect, it } from "vitest"
import { createDatabase } from "./support/database.ts"

const MIGRATION = join(
  import.meta.dirname,
  "../../../prisma/migrations/20261125500000_user_names/migration.sql",
)

/** A database of older names, and the migration that runs on it. */
async function databaseWith(names: readonly string[]) {
  const database = await createDatabase()
  const client = new Client({ connectionString: database.url })
  await client.connect()
  await client.query("INSERT INTO users (name) SELECT unnest($1::text[])", [names])
  return {
    migrate: async () => client.query(await readFile(MIGRATION, "utf8")),
    names: async () => (await client.query<{ name: string }>("SELECT name FROM users ORDER BY id")).rows,
    [Symbol.asyncDispose]: async () => {
      await client.end()
      await database[Symbol.asyncDispose]()
    },
  }
}

it("gives every user the one spelling of the name", async () => {
  await using database = await databaseWith(["u1", " Zoe\u0301\u200b", "\u202e김민지", "a\u{e0041}"])
  await database.migrate()
  expect((await database.names()).map(({ name }) => name)).toEqual(["u1", "Zo\u00e9", "김민지", "a"])
})

it("stops and lists the users who would have one name", async () => {
  await using database = await databaseWith(["Zo\u00e9", "Zoe\u0301", "other"])
  await expect(database.migrate()).rejects.toThrow(/"Zo\u00e9" \(users \d+, \d+\)\. Rename or merge them/)
  expect(await database.names()).toHaveLength(3)
})
