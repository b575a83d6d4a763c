import { setTimeout as sleep } from "node:timers/promises"

import { Client } from "pg"

import { PROMPT_LIMIT_MS } from "../checks/away.ts"
import type { Fault, Site } from "./fault.ts"

const DISK_MB = 400
const START_AGAIN_MS = 200

/** Nothing more can be written, neither by PostgreSQL nor by Redis; then there is room again. */
export const diskFull: Fault = {
  name: "disk-full",
  title: "the disk of PostgreSQL and Redis is full",
  diskMb: DISK_MB,
  promptLimitMs: PROMPT_LIMIT_MS,
  // PostgreSQL gives up by itself when it cannot write its log.
  mayDie: ["postgres"],
  inject: ({ rig, injure, hold, note }) =>
    injure(async () => {
      await rig.disk.fill()
      await hold(5_000)
      note({ "PostgreSQL survived": rig.database.running() ? "yes" : "no" })
      await rig.disk.free()
      return databaseBack(rig)
    }),
}

/** Whoever is being recovered answers soon, and who has given up is started again. */
async function databaseBack(rig: Site["rig"]): Promise<number> {
  for (;;) {
    if (!rig.database.running()) return (await rig.database.start()).answersAt
    if (await answers(rig.databaseUrl)) return Date.now()
    await sleep(START_AGAIN_MS)
  }
}

async function answers(url: string): Promise<boolean> {
  const client = await connected(url)
  await client?.end()
  return client !== undefined
}

/** Somebody else has every connection that PostgreSQL gives, and the API has to ask for new ones. */
export const connectionLimit: Fault = {
  name: "connection-limit",
  title: "every connection of PostgreSQL is taken by somebody else",
  promptLimitMs: PROMPT_LIMIT_MS,
  inject: ({ rig, injure, hold, note }) =>
    injure(async () => {
      const crowd = createCrowd(rig.databaseUrl)
      try {
        await crowd.takeAll()
        const pushing = crowd.push()
        await hold(5_000)
        await pushing
      } finally {
        await crowd.leave()
      }
      note({ "connections taken": crowd.size() })
      return Date.now()
    }),
}

const AT_ONCE = 20
const END_THE_SHOPS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'saleproof-%'`

/** Clients that take every connection there is, and then those of the shop. */
function createCrowd(url: string) {
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
    /** Ends the shop's connections and is faster than the shop in taking what became free. */
    async push(): Promise<void> {
      await taken[0]?.query(END_THE_SHOPS)
      await takeAll()
    },
    async leave(): Promise<void> {
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
