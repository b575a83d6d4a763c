import { Client, escapeIdentifier } from "pg"

const connect = async (url: string): Promise<Client & AsyncDisposable> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/** A copy of the database at `url` without these constraints ("table.name"), for tests to clone; answers its URL. */
export async function withoutConstraints(url: string, constraints: readonly string[]): Promise<string> {
  const copy = new URL(url)
  copy.pathname = `/planted_${crypto.randomUUID().slice(0, 8)}`
  const postgres = new URL(url)
  postgres.pathname = "/postgres"
  await using server = await connect(postgres.href)
  const [from = "", to = ""] = [url, copy.href].map((at) => escapeIdentifier(new URL(at).pathname.slice(1)))
  await server.query(`CREATE DATABASE ${to} TEMPLATE ${from}`)
  await using client = await connect(copy.href)
  for (const constraint of constraints) await drop(client, constraint)
  return copy.href
}

/** A unique index stands for a constraint as well. */
async function drop(client: Client, constraint: string): Promise<void> {
  const [table = "", name = ""] = constraint.split(".").map((part) => escapeIdentifier(part))
  const { rowCount } = await client.query("SELECT FROM pg_constraint WHERE conname = $1", [
    constraint.split(".")[1],
  ])
  await client.query(rowCount ? `ALTER TABLE ${table} DROP CONSTRAINT ${name}` : `DROP INDEX ${name}`)
}
