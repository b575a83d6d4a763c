import { execFile } from "node:child_process"
import { Client } from "pg"
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest"
import { sibling } from "./adapter.ts"
import { createEngine } from "./wasm.ts"

const root = `${import.meta.dirname}/../..`

/** A database that does not exist yet. */
let url = ""
beforeEach(() => {
  url = sibling(inject("databaseUrl"), `engine_${crypto.randomUUID().slice(0, 8)}`)
})
afterEach(async () => {
  await query(maintenance(), `DROP DATABASE IF EXISTS "${nameOf(url)}" WITH (FORCE)`)
})

const maintenance = () => sibling(inject("databaseUrl"), "postgres")
const nameOf = (at: string) => new URL(at).pathname.slice(1)

async function query(at: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: at })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

const databases = async () =>
  (await query(maintenance(), "SELECT datname FROM pg_database")).map(({ datname }) => String(datname))

/** Runs a command in a shell that knows the system's programs and DATABASE_URL, and nothing else. */
async function prisma(command: string, at = url) {
  const env = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: "/nonexistent",
    NO_COLOR: "1",
    DATABASE_URL: at,
    CI: "1",
  }
  return new Promise<{ exitCode: number | string; output: string }>((resolve) => {
    execFile(
      `${root}/node_modules/.bin/prisma`,
      command.split(" "),
      { cwd: root, env },
      (error, stdout, stderr) => resolve({ exitCode: error?.code ?? 0, output: stdout + stderr }),
    )
  })
}

describe("prisma at the root, offline", () => {
  // One after the other on one database, because every command takes seconds of CPU to start.
  it(
    "creates, migrates, compares, fills and empties a database that did not exist",
    { timeout: 90_000 },
    async () => {
      const shadows = async () =>
        (await databases()).filter((name) => name.startsWith("prisma_migrate_shadow_db"))
      const before = await shadows()

      expect((await prisma("migrate dev")).output).toContain("Your database is now in sync with your schema")
      expect((await prisma("migrate status")).output).toContain("Database schema is up to date")
      const diff =
        "migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --exit-code"
      expect(await prisma(diff)).toMatchObject({
        exitCode: 0,
        output: expect.stringContaining("No difference"),
      })
      expect(await shadows()).toEqual(before)

      expect(await prisma("db seed")).toMatchObject({ exitCode: 0 })
      expect(await query(url, "SELECT count(*)::int AS users FROM users")).toEqual([{ users: 300 }])
      expect(await prisma("migrate reset --force")).toMatchObject({ exitCode: 0 })
      expect(await query(url, "SELECT count(*)::int AS users FROM users")).toEqual([{ users: 0 }])
    },
  )

  it.each([
    { what: "a server that is not there", at: () => "postgresql://nobody@127.0.0.1:1/none", code: "P1001" },
    { what: "a wrong password", at: () => url.replace("//postgres:", "//postgres:not-"), code: "P1000" },
  ])("names the reason when it meets $what", async ({ at, code }) => {
    expect(await prisma("migrate deploy", at())).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining(code),
    })
  })
})

describe("the engine's own commands", () => {
  const administer = async (command: string, at = url) => {
    const args = ["--datasource", JSON.stringify({ url: at }), "cli", command]
    return new Promise<unknown>((resolve) => {
      execFile(`${import.meta.dirname}/schema-engine`, args, (error, _stdout, stderr) =>
        resolve(error ? JSON.parse(stderr.trim().split("\n").at(-1) ?? "") : "done"),
      )
    })
  }

  it("create, find and drop a database", async () => {
    expect(await administer("can-connect-to-database")).toMatchObject({
      level: "ERROR",
      target: "schema_engine::logger",
      fields: { error_code: "P1003", message: expect.stringContaining(nameOf(url)) },
    })
    expect(await administer("create-database")).toBe("done")
    expect(await administer("can-connect-to-database")).toBe("done")
    expect(await administer("create-database")).toMatchObject({ fields: { error_code: "P1009" } })
    expect(await administer("drop-database")).toBe("done")
    expect(await databases()).not.toContain(nameOf(url))
  })

  it("apply a migration whose statements hold semicolons", async () => {
    await administer("create-database")
    const content =
      "CREATE FUNCTION two() RETURNS int AS $$ BEGIN RETURN 1; RETURN 2; END; $$ LANGUAGE plpgsql;"
    const call = createEngine({ files: [], url, shadowDatabaseUrl: undefined, log: () => {} })
    await call("applyMigrations", {
      migrationsList: {
        baseDir: "/migrations",
        lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"' },
        migrationDirectories: [
          { path: "1_two", migrationFile: { path: "migration.sql", content: { tag: "ok", value: content } } },
        ],
        shadowDbInitScript: "",
      },
      filters: { externalTables: [], externalEnums: [] },
    })
    expect(await query(url, "SELECT two()")).toEqual([{ two: 1 }])
  })
})
