import { readdir } from "node:fs/promises"
import { expect, it } from "vitest"
import { NEWEST_MIGRATION } from "../src/infra/database-fit.ts"
import { startProcess } from "./support/processes.ts"
import { administer, nameOf, openShop } from "./support/services.ts"

const MIGRATIONS = new URL("../../../prisma/migrations", import.meta.url)

async function startWith(statement: string) {
  const { databaseUrl, redisUrl } = await openShop({ prepare: (url) => administer(url, statement) })
  return startProcess("main", { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT: "0" })
}

it("the newest migration is the one that the code asks for", async () => {
  const names = await readdir(MIGRATIONS, { withFileTypes: true })
  expect(
    names
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted()
      .at(-1),
  ).toBe(NEWEST_MIGRATION)
})

it.each([
  ["was never made", `DELETE FROM _prisma_migrations WHERE migration_name = '${NEWEST_MIGRATION}'`],
  ["failed", `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '${NEWEST_MIGRATION}'`],
])("an API whose newest migration %s does not start, and says what to run", async (_, statement) => {
  await using main = await startWith(statement)
  expect(await Promise.race([main.exited, main.logged("listening")])).toMatchObject({ code: 1 })
  expect(main.errors()).toContain(`PostgreSQL lacks the migration ${NEWEST_MIGRATION}`)
  expect(main.errors()).toContain("npx prisma migrate deploy")
})

it("an API starts where a newer version has migrated already, and where Prisma keeps no list", async () => {
  await using newer = await startWith(`
    INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
    VALUES ('newer', '', '99990101000000_newer', now(), 1)`)
  expect(await newer.logged("listening")).toHaveProperty("url")
  await using unlisted = await startWith("DROP TABLE _prisma_migrations")
  expect(await unlisted.logged("listening")).toHaveProperty("url")
})

it("an API whose database has another encoding than UTF8 does not start, and says which", async () => {
  const { databaseUrl, redisUrl } = await openShop({
    async prepare(url) {
      const name = nameOf(url)
      const server = new URL(url)
      server.pathname = "/postgres"
      await administer(server.href, `DROP DATABASE ${name}`)
      await administer(server.href, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
      await administer(url, "CREATE TABLE shop AS SELECT gen_random_uuid() AS epoch")
    },
  })
  await using main = startProcess("main", { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT: "0" })
  expect(await main.exited).toMatchObject({ code: 1 })
  expect(main.errors()).toContain("The database has the encoding LATIN1")
})
