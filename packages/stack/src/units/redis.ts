import { mkdir } from "node:fs/promises"
import { join } from "node:path"

import { findOnPath } from "../path.mjs"
import type { Unit } from "../unit.ts"

export const REDIS_PROGRAM = "redis-server" as const

export function redisUrl(port: number): string {
  return `redis://127.0.0.1:${port}`
}

type RedisOptions = { env: NodeJS.ProcessEnv; home: string; port: number; logDir: string }

/** Redis with an append-only file, which never evicts: it holds claims and queues, not a cache. */
export async function redisUnit({ env, home, port, logDir }: RedisOptions): Promise<Unit> {
  await mkdir(home, { recursive: true })
  const settings = {
    port: String(port),
    bind: "127.0.0.1",
    dir: home,
    appendonly: "yes",
    appendfsync: "everysec",
    save: "",
    "maxmemory-policy": "noeviction",
    daemonize: "no",
  }
  return {
    kind: "service",
    name: "redis",
    after: [],
    command: findOnPath(REDIS_PROGRAM, env) ?? REDIS_PROGRAM,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    env: { LC_ALL: "C", TZ: "UTC" },
    cwd: home,
    log: join(logDir, "redis.log"),
    port,
    probe: { kind: "redis", port },
    stopSignal: "SIGTERM",
  }
}
