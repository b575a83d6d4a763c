import { readdir, readFile, readlink } from "node:fs/promises"
import { createServer } from "node:net"

import getPort, { portNumbers } from "get-port"

import { missingError } from "../errors.ts"
import { SERVICES } from "./unit.ts"
import type { Service } from "./unit.ts"

export type Ports = Record<Service, number>

/** The ports of `loadctl up`; the worker's is where it serves its own metrics. */
export const DOCUMENTED_PORTS: Ports = {
  postgres: 5432,
  redis: 6379,
  influxdb: 8086,
  api: 8080,
  worker: 8081,
}

// Below the range that Linux takes for outgoing connections, so that a load test cannot take a port that is
// about to be bound.
const FREE_FROM = 20_000
const FREE_TO = 31_999

/** A port that nothing listens on now, far from one that another stack is likely to pick at the same moment. */
export function freePort(): Promise<number> {
  const from = FREE_FROM + Math.floor(Math.random() * (FREE_TO - FREE_FROM))
  return getPort({ port: portNumbers(from, FREE_TO), host: "127.0.0.1" })
}

export async function freePorts(): Promise<Ports> {
  return {
    postgres: await freePort(),
    redis: await freePort(),
    influxdb: await freePort(),
    api: await freePort(),
    worker: await freePort(),
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })
}

/** Throws a missing error that names the port, who holds it, and the way out. */
export async function assertFree(ports: Ports): Promise<void> {
  for (const service of SERVICES) {
    if (await isFree(ports[service])) continue
    const holder = (await portHolder(ports[service])) ?? "another program"
    throw missingError(
      `Port ${ports[service]} of ${service} is taken by ${holder}.`,
      service === "api"
        ? "loadctl up --port 8090, or --free-ports"
        : "stop that program, or: loadctl up --free-ports",
    )
  }
}

/** Who listens on a TCP port, as `name (pid 12)`, as far as this user may know; Linux only. */
export async function portHolder(port: number): Promise<string | undefined> {
  const inode = await listeningInode(port)
  if (inode === undefined) return undefined
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue
    if (await holdsSocket(pid, inode)) {
      const name = await readFile(`/proc/${pid}/comm`, "utf8")
      return `${name.trim()} (pid ${pid})`
    }
  }
  return undefined
}

async function listeningInode(port: number): Promise<string | undefined> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0")
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const lines = (await readFile(table, "utf8").catch(() => "")).split("\n")
    for (const line of lines) {
      const fields = line.trim().split(/\s+/)
      // Local address, state 0A = LISTEN, inode: columns 1, 3 and 9 of proc(5).
      if (fields[1]?.endsWith(`:${hexPort}`) && fields[3] === "0A") return fields[9]
    }
  }
  return undefined
}

async function holdsSocket(pid: string, inode: string): Promise<boolean> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const fd of fds) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")
    if (target === `socket:[${inode}]`) return true
  }
  return false
}
