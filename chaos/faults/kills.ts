import { redisCommand } from "../rig/redis-command.ts"
import { PROMPT_LIMIT_MS } from "../checks/away.ts"
import type { Fault, Site } from "./fault.ts"

/** kill -9 of the postmaster, which takes every backend with it. */
export const killDatabase: Fault = {
  name: "kill-database",
  title: "kill -9 of PostgreSQL",
  promptLimitMs: PROMPT_LIMIT_MS,
  inject: ({ rig, rounds, injure }) => rounds(5, () => injure(() => rig.database.crash())),
}

/** kill -9 of the API, as an out-of-memory killer does it, again and again. */
export const killApi: Fault = {
  name: "kill-api",
  title: "kill -9 of the API",
  inject: ({ rounds, injure, ...site }) => rounds(20, () => injure(() => crashApi(site))),
}

export const killWorker: Fault = {
  name: "kill-worker",
  title: "kill -9 of the worker",
  promptLimitMs: PROMPT_LIMIT_MS,
  inject: ({ rig, rounds, injure }) => rounds(20, () => injure(() => rig.worker().crash())),
}

/** Redis comes back with its append-only file. */
export const killRedis: Fault = {
  name: "kill-redis",
  title: "kill -9 of Redis, which keeps an append-only file",
  promptLimitMs: PROMPT_LIMIT_MS,
  inject: ({ rig, rounds, injure }) => rounds(5, () => injure(() => rig.redis.crash())),
}

/** Redis stays up and has forgotten everything: claims, queues and rankings. */
export const flushRedis: Fault = {
  name: "flush-redis",
  title: "FLUSHALL in Redis under load",
  promptLimitMs: PROMPT_LIMIT_MS,
  inject: ({ rounds, injure, ...site }) => rounds(5, () => injure(() => flush(site))),
}

/** A kill of any process every few seconds: what the others do, in no order. */
export const killAnything: Fault = {
  name: "kill-anything",
  title: "kill -9 of a random process, or FLUSHALL, again and again",
  async inject({ rounds, injure, random, note, ...site }) {
    const { rig } = site
    const victims = {
      database: () => rig.database.crash(),
      api: () => crashApi(site),
      worker: () => rig.worker().crash(),
      redis: () => rig.redis.crash(),
      flush: () => flush(site),
    }
    const struck: Record<string, number> = {}
    await rounds(Number.POSITIVE_INFINITY, () => {
      const [name, harm] = random.pick(Object.entries(victims))
      struck[name] = (struck[name] ?? 0) + 1
      return injure(harm)
    })
    note(struck)
  },
}

async function crashApi({ rig }: Pick<Site, "rig">): Promise<number> {
  const [api] = rig.apis()
  if (!api) throw new Error("there is no API to kill")
  return api.crash()
}

async function flush({ rig }: Pick<Site, "rig">): Promise<number> {
  await redisCommand(rig.redisPort, "FLUSHALL")
  return Date.now()
}
