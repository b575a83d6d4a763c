import { setTimeout as sleep } from "node:timers/promises"

import { Client } from "pg"

import { PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import type { Fault, Experiment } from "./fault.ts"
import { END_SESSIONS } from "./sessions.ts"

const DISK_MB = 400
const START_AGAIN_MS = 200

/** Nothing more can be written, neither by PostgreSQL nor by Redis; then there is room again. */
export const diskFull: Fault = {
  name: "disk-full",
  title: "the disk of PostgreSQL and Redis is full",
  diskMb: DISK_MB,
  promptLimitMs: PROMPT_LIMIT_MS,
  // PostgreSQL exits by itself when it cannot write its log.
  mayExit: ["postgres"],
  run: ({ environment, inject, hold, note }) =>
    inject(async () => {
      await environment.disk.fill()
      await hold(5_000)
      note({ "PostgreSQL survived": environment.database.running() ? "yes" : "no" })
      await environment.disk.free()
      return databaseBack(environment)
    }),
}

/** A recovering PostgreSQL answers soon; one that exited is started again. */
async function databaseBack(environment: Experiment["environment"]): Promise<number> {
  for (;;) {
    if (!environment.database.running()) return (await environment.database.start()).answersAt
    if (await answers(environment.databaseUrl())) return Date.now()
    await sleep(START_AGAIN_MS)
  }
}

async function answers(url: string): Promise<boolean> {
  const client = await connected(url)
  await client?.end()
  return client !== undefined
}

/** Other clients hold every connection of PostgreSQL while the API needs new ones. */
export const connectionLimit: Fault = {
  name: "connection-limit",
  title: "every connection of PostgreSQL is held by other clients",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ environment, inject, hold, note }) =>
    inject(async () => {
      const occupied = occupyConnections(environment.databaseUrl())
      try {
        await occupied.takeAll()
        const pushing = occupied.takeFromShop()
        await hold(5_000)
        await pushing
      } finally {
        await occupied.close()
      }
      note({ "connections taken": occupied.size() })
      return Date.now()
    }),
}

const AT_ONCE = 20

/** Clients that take every connection there is, and then those of the shop. */
function occupyConnections(url: string) {
  const taken: Client[] = []

  /** Answers how many more connections there were. */
  async function grab(): Promise<number> {
    const clients = await Promise.all(Array.from({ length: AT_ONCE }, () => connected(url)))
    const grabbed = clients.filter((client) => client !== undefined)
    taken.push(...grabbed)
    return grabbed.length
  }

  async function takeAll(): Promise<void> {
    while ((await grab()) > 0);
  }

  return {
    size: () => taken.length,
    takeAll,
    /** Terminates the shop's connections and takes the freed ones first. */
    async takeFromShop(): Promise<void> {
      await taken[0]?.query(END_SESSIONS)
      await takeAll()
    },
    async close(): Promise<void> {
      await Promise.all(taken.map((client) => client.end()))
    },
  }
}

async function connected(url: string): Promise<Client | undefined> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on("error", () => {})
  try {
    await client.connect()
    return client
  } catch {
    return undefined
  }
}
