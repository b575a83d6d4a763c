import { createServer } from "node:net"

import getPort, { portNumbers } from "get-port"

import { StackError } from "./errors.ts"
import { listen, LOOPBACK } from "./listen.ts"
import { portHolder } from "./port-owner.ts"
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
  return getPort({ port: portNumbers(from, FREE_TO), host: LOOPBACK })
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

export async function isFree(port: number): Promise<boolean> {
  try {
    await using listening = await listen(createServer(), port)
    return listening.port === port
  } catch {
    return false
  }
}

/** Throws a missing error that names the port, who holds it, and the way out. */
export async function assertFree(ports: Ports): Promise<void> {
  for (const service of SERVICES) {
    if (await isFree(ports[service])) continue
    const holder = (await portHolder(ports[service])) ?? "another program"
    throw new StackError(`Port ${ports[service]} of ${service} is taken by ${holder}.`, {
      hint:
        service === "api"
          ? "loadctl up --port 8090, or --free-ports"
          : "stop that program, or: loadctl up --free-ports",
    })
  }
}
