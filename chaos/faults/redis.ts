import { cp, rm } from "node:fs/promises"

import { PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import { redisCommand } from "../environment/redis-command.ts"
import type { Fault } from "./fault.ts"

/** Redis answers, and takes nothing more. */
export const redisFull: Fault = {
  name: "redis-full",
  title: "Redis has no memory left for writes",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ environment, inject, hold }) =>
    inject(async () => {
      await redisCommand(environment.redisPort, "CONFIG SET maxmemory 1")
      await hold(5_000)
      await redisCommand(environment.redisPort, "CONFIG SET maxmemory 0")
      return Date.now()
    }),
}

/** Connections stay open, and what was sent is done when it goes on. */
export const stallRedis: Fault = {
  name: "stall-redis",
  title: "Redis is paused for 10 s",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ environment, inject, hold }) =>
    inject(async () => {
      environment.redis.pause()
      try {
        await hold(10_000)
      } finally {
        environment.redis.resume()
      }
      return Date.now()
    }),
}

/** Restored from a copy: jobs that were done, refusals that are none, a ranking of a while ago. */
export const oldRedis: Fault = {
  name: "old-redis",
  title: "Redis is replaced by a copy of a while ago",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ environment, rounds, inject, hold }) =>
    rounds(3, async () => {
      const { redis } = environment
      const copy = `${redis.unit.cwd}-copy`
      await cp(redis.unit.cwd, copy, { recursive: true })
      await hold(2_000)
      await inject(async () => {
        await redis.kill("SIGKILL")
        await rm(redis.unit.cwd, { recursive: true })
        await cp(copy, redis.unit.cwd, { recursive: true })
        await rm(copy, { recursive: true })
        return (await redis.start()).answersAt
      })
    }),
}
