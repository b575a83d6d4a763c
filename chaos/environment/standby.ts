import { execFile } from "node:child_process"
import { chown, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"

import { freePort } from "@saleproof/stack/ports.ts"
import type { ServiceUnit } from "@saleproof/stack/unit.ts"
import { Client } from "pg"

import { startTcpProxy } from "../proxy/tcp-proxy.ts"
import type { Program } from "./program.ts"

/** Whether a COMMIT on the primary waits until the standby has it. */
export type Replication = "synchronous" | "asynchronous"

const NAME = "standby"
const STREAMING_WITHIN_MS = 20_000
const POLL_MS = 100

const run = promisify(execFile)

type StandbyOptions = {
  primary: Program
  replication: Replication
  programOf: (unit: ServiceUnit) => Program
}

/**
 * A second PostgreSQL that follows the primary through a TCP proxy, and can take its place. The primary must be
 * stopped: its data folder is copied, as pg_basebackup would. Both run when it resolves, and the standby streams.
 */
export async function startStandby({ primary, replication, programOf }: StandbyOptions) {
  const link = await startTcpProxy({ targetPort: primary.unit.port })
  const unit = await standbyUnit(primary.unit, link.port)
  const program = programOf(unit)
  const primaryUrl = urlOf(primary.unit)
  const url = urlOf(unit)
  let isPrimary = false

  async function stop(): Promise<void> {
    await program.stop()
    await link.stop()
  }

  try {
    await primary.start()
    await program.start()
    await untilStreaming(primaryUrl)
    if (replication === "synchronous") await waitForStandby(primaryUrl)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    port: unit.port,
    url,
    /** The connection that replication uses. */
    link,
    /** Makes the standby the primary; resolves when it can be written. */
    async promote(): Promise<void> {
      const [promoted] = await query<{ promoted: boolean }>(url, "SELECT pg_promote() AS promoted")
      if (!promoted?.promoted) throw new Error("the standby was not promoted")
      const [names] = await query<{ names: string }>(
        url,
        "SELECT current_setting('synchronous_standby_names') AS names",
      )
      // Its COMMITs would wait for a standby that does not exist.
      if (names?.names !== "") throw new Error("the new primary waits for a standby")
      isPrimary = true
    },
    isPrimary: () => isPrimary,
    /** Sessions of clients at the old primary, and the orders that it holds. */
    async oldPrimary(): Promise<{ sessions: number; orders: number }> {
      const [state] = await query<{ sessions: number; orders: number }>(
        primaryUrl,
        `SELECT (SELECT count(*)::int FROM pg_stat_activity
                 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS sessions,
                (SELECT count(*)::int FROM orders) AS orders`,
      )
      if (!state) throw new Error("a SELECT without FROM answered no row")
      return state
    },
    stop,
  }
}

export type Standby = Awaited<ReturnType<typeof startStandby>>

/** The primary's unit on a port and a data folder of its own. */
async function standbyUnit(primary: ServiceUnit, linkPort: number): Promise<ServiceUnit> {
  const dataAt = primary.args.indexOf("-D") + 1
  const dataDir = primary.args[dataAt]
  if (dataAt === 0 || dataDir === undefined) throw new Error("the primary's data folder is not known")
  const data = join(dirname(dataDir), `${NAME}-data`)
  await run("cp", ["-a", dataDir, data])
  const signal = join(data, "standby.signal")
  await writeFile(signal, "", { mode: 0o600 })
  if (primary.uid !== undefined && primary.gid !== undefined) await chown(signal, primary.uid, primary.gid)
  const port = await freePort()
  const { username, password } = new URL(urlOf(primary))
  const conninfo = `host=127.0.0.1 port=${linkPort} user=${username} password=${password} application_name=${NAME}`
  const args = primary.args
    .with(dataAt, data)
    .map((argument, index, all) => (all[index - 1] === "-p" ? String(port) : argument))
  const url = new URL(urlOf(primary))
  url.port = String(port)
  return {
    ...primary,
    name: NAME,
    port,
    args: [...args, "-c", `primary_conninfo=${conninfo}`],
    log: join(dirname(primary.log), `${NAME}.log`),
    probe: { kind: "postgres", url: url.href },
  }
}

/** From now on a COMMIT waits until the standby has it. A copy that was made before does not have this setting. */
async function waitForStandby(primaryUrl: string): Promise<void> {
  await query(primaryUrl, `ALTER SYSTEM SET synchronous_standby_names = '${NAME}'`)
  await query(primaryUrl, "SELECT pg_reload_conf()")
  await until(primaryUrl, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
}

function untilStreaming(primaryUrl: string): Promise<void> {
  return until(primaryUrl, "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'")
}

async function until(url: string, sql: string): Promise<void> {
  const givesUpAt = Date.now() + STREAMING_WITHIN_MS
  while ((await query(url, sql)).length === 0) {
    if (Date.now() > givesUpAt) throw new Error(`the standby does not follow: ${sql}`)
    await sleep(POLL_MS)
  }
}

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const db = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await db.connect()
  try {
    return (await db.query<Row>(sql)).rows
  } finally {
    await db.end()
  }
}

function urlOf({ probe, name }: ServiceUnit): string {
  if (probe.kind !== "postgres") throw new Error(`${name} is not a PostgreSQL`)
  return probe.url
}
