import { once } from "node:events"
import { createServer } from "node:net"
import { expect, it } from "vitest"
import { createAdapter } from "./adapter.ts"
import { ObservedPool } from "./pool.ts"

const message = (type: string, body: string) => {
  const bytes = Buffer.from(body, "latin1")
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(bytes.length + 4, 1)
  return Buffer.concat([head, bytes])
}
const AUTHENTICATED = message("R", "\0\0\0\0")
const READY = message("Z", "I")
const POSTMASTER_GONE = message(
  "E",
  "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0",
)

/** A PostgreSQL whose postmaster dies as a connection becomes ready, so that both messages arrive in one packet. */
async function startDyingDatabase() {
  const server = createServer((socket) => {
    socket.on("error", () => undefined)
    socket.once("data", () => socket.end(Buffer.concat([AUTHENTICATED, READY, POSTMASTER_GONE])))
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("it listens on a port")
  return {
    url: `postgres://somebody:secret@127.0.0.1:${address.port}/shop`,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

const LOST = /connection error and is not queryable|unexpected postmaster exit|Connection terminated/

it("a connection that ends as it becomes ready fails a statement and a transaction, and not the process", async () => {
  await using database = await startDyingDatabase()
  const pool = new ObservedPool({ connectionString: database.url, max: 1 }, undefined)
  const adapter = await createAdapter({ pool, nameOf: () => "", react: () => {} }).connect()
  const statement = { sql: "SELECT 1", args: [], argTypes: [] }
  await expect(adapter.queryRaw(statement)).rejects.toThrow(LOST)
  await expect(adapter.startTransaction()).rejects.toThrow(LOST)
  await expect(pool.query("SELECT 1")).rejects.toThrow(LOST)
  await pool.end()
})
