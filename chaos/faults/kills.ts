import { redisCommand } from "../environment/redis-command.ts"
import { PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import type { Fault, Experiment } from "./fault.ts"

/** kill -9 of the postmaster, which takes every backend with it. */
export const killDatabase: Fault = {
  name: "kill-database",
  title: "kill -9 of PostgreSQL",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ environment, rounds, inject }) => rounds(5, () => inject(() => environment.database.crash())),
}

/** kill -9 of the API, as an out-of-memory killer does it, again and again. */
export const killApi: Fault = {
  name: "kill-api",
  title: "kill -9 of the API",
  run: ({ rounds, inject, ...experiment }) => rounds(20, () => inject(() => crashApi(experiment))),
}

export const killWorker: Fault = {
  name: "kill-worker",
  title: "kill -9 of the worker",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ environment, rounds, inject }) => rounds(20, () => inject(() => environment.worker().crash())),
}

/** Redis comes back with its append-only file. */
export const killRedis: Fault = {
  name: "kill-redis",
  title: "kill -9 of Redis, which keeps an append-only file",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ environment, rounds, inject }) => rounds(5, () => inject(() => environment.redis.crash())),
}

/** Redis stays up and loses all data: claims, queues and rankings. */
export const flushRedis: Fault = {
  name: "flush-redis",
  title: "FLUSHALL in Redis under load",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ rounds, inject, ...experiment }) => rounds(5, () => inject(() => flush(experiment))),
}

/** What only Redis or only the API's memory held is lost with both. */
export const killApiAndFlush: Fault = {
  name: "kill-api-flush",
  title: "kill -9 of the API and FLUSHALL in Redis at the same moment",
  run: ({ rounds, inject, ...experiment }) =>
    rounds(5, () =>
      inject(async () => Math.max(...(await Promise.all([crashApi(experiment), flush(experiment)])))),
    ),
}

/** A kill of any process every few seconds: all of the above, in random order. */
export const killAnything: Fault = {
  name: "kill-anything",
  title: "kill -9 of a random process, or FLUSHALL, again and again",
  async run({ rounds, inject, random, note, ...experiment }) {
    const { environment } = experiment
    const targets = {
      database: () => environment.database.crash(),
      api: () => crashApi(experiment),
      worker: () => environment.worker().crash(),
      redis: () => environment.redis.crash(),
      flush: () => flush(experiment),
    }
    const injected: Record<string, number> = {}
    await rounds(Number.POSITIVE_INFINITY, () => {
      const [name, injectOne] = random.pick(Object.entries(targets))
      injected[name] = (injected[name] ?? 0) + 1
      return inject(injectOne)
    })
    note(injected)
  },
}

async function crashApi({ environment }: Pick<Experiment, "environment">): Promise<number> {
  const [api] = environment.apis()
  if (!api) throw new Error("there is no API to kill")
  return api.crash()
}

export async function flush({ environment }: Pick<Experiment, "environment">): Promise<number> {
  await redisCommand(environment.redisPort, "FLUSHALL")
  return Date.now()
}
