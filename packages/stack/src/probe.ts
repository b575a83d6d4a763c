import { get } from "node:http"
import { connect } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

import { Client } from "pg"

import type { Probe } from "./unit.ts"

const POLL_MS = 25
const ATTEMPT_TIMEOUT_MS = 2_000
const UNKNOWN_DATABASE = "3D000"

/** Waits until the service answers in its own protocol; rejects only when the signal aborts. */
export async function untilAnswers(probe: Probe, signal: AbortSignal): Promise<void> {
  while (!(await answers(probe).catch(() => false))) await sleep(POLL_MS, undefined, { signal })
  signal.throwIfAborted()
}

/** Asks once. Throws, or says no, when nothing answers or not as it should. */
export async function answers(probe: Probe): Promise<boolean> {
  if (probe.kind === "postgres") return databaseAnswers(probe.url)
  if (probe.kind === "redis") return redisAnswers(probe.port)
  return httpAnswers(probe.url)
}

/** Not fetch: its idle connections would hold the supervisor's event loop. */
function httpAnswers(url: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: ATTEMPT_TIMEOUT_MS }, (response) => {
      response.resume()
      resolve(response.statusCode !== undefined && response.statusCode < 300)
    })
    request.once("timeout", () => request.destroy(new Error("timed out")))
    request.once("error", reject)
  })
}

/** A new cluster has no database of ours: it is created here, since nothing else can connect before. */
async function databaseAnswers(url: string): Promise<boolean> {
  try {
    await query(url, "SELECT 1")
    return true
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === UNKNOWN_DATABASE)) throw error
    const maintenance = new URL(url)
    const name = maintenance.pathname.slice(1)
    maintenance.pathname = "/postgres"
    await query(maintenance.href, `CREATE DATABASE "${name}"`)
    return true
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: ATTEMPT_TIMEOUT_MS })
  // A server that shuts down ends the connection; the query in flight rejects with the reason.
  client.on("error", () => {})
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function redisAnswers(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"))
    socket.setTimeout(ATTEMPT_TIMEOUT_MS, () => socket.destroy(new Error("timed out")))
    socket.once("data", (reply) => {
      socket.destroy()
      resolve(reply.toString().startsWith("+PONG"))
    })
    socket.once("error", reject)
  })
}
