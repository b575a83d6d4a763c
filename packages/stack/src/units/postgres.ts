import { existsSync } from "node:fs"
import { chown, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import type { PostgresTool } from "../provide/postgres.ts"
import type { Unit } from "../unit.ts"

const DATABASE = "saleproof"
const USER = "postgres"
const PASSWORD = "postgres"

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  // No socket file: a second stack, or another user's, would collide with it in /tmp.
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "256MB",
  fsync: "on",
  synchronous_commit: "on",
  // Recovery after a crash replays at most about this much, seconds of work.
  max_wal_size: "512MB",
  checkpoint_timeout: "2min",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
}

export function databaseUrl(port: number): string {
  return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${DATABASE}`
}

type PostgresOptions = {
  tool: PostgresTool
  home: string
  port: number
  logDir: string
  /** Settings of the server beside those of every stack, or in place of them. */
  settings?: Record<string, string>
}

/** A durable cluster in `home`: initialized once, then served on loopback. */
export async function postgresUnits(options: PostgresOptions): Promise<Unit[]> {
  const { tool, home, port, logDir, settings = {} } = options
  const data = join(home, "data")
  const marker = join(home, "initialized")
  const common = { cwd: home, env: { LC_ALL: "C", TZ: "UTC" }, ...tool.account }
  const server: Unit = {
    ...common,
    kind: "service",
    name: "postgres",
    after: [],
    command: join(tool.binDir, "postgres"),
    args: [
      "-D",
      data,
      "-p",
      String(port),
      ...Object.entries({ ...SETTINGS, ...settings }).flatMap(([k, v]) => ["-c", `${k}=${v}`]),
    ],
    log: join(logDir, "postgres.log"),
    port,
    probe: { kind: "postgres", url: databaseUrl(port) },
    // Fast shutdown: SIGTERM would wait until every client has left.
    stopSignal: "SIGINT",
  }
  if (existsSync(marker)) return [server]
  // What an interrupted initdb left behind is not a cluster.
  await rm(data, { recursive: true, force: true })
  const initdb: Unit = {
    ...common,
    kind: "task",
    name: "initdb",
    doneFile: marker,
    after: [],
    command: join(tool.binDir, "initdb"),
    args: await initdbFlags(home, tool),
    log: join(logDir, "initdb.log"),
  }
  return [initdb, { ...server, after: [initdb.name] }]
}

async function initdbFlags(home: string, { account }: PostgresTool): Promise<string[]> {
  const passwordFile = join(home, "password")
  await writeFile(passwordFile, PASSWORD, { mode: 0o600 })
  if (account) await chown(passwordFile, account.uid, account.gid)
  return [
    `--pgdata=${join(home, "data")}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Sorting must not depend on what this machine has installed.
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--no-instructions",
  ]
}
