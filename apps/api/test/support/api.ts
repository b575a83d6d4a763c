import supertest from "supertest"
import { createApp } from "../../src/app.ts"
import { openDeps } from "../../src/deps.ts"
import { loadEnv } from "../../src/env.ts"
import type { Lifecycle } from "../../src/http/lifecycle.ts"
import { listen } from "../../src/http/server.ts"
import { startJobs } from "../../src/jobs.ts"
import { createRoutes } from "../../src/routes.ts"
import { createServices } from "../../src/services.ts"
import { createDatabase, createTestRedis } from "./database.ts"

export type Client = ReturnType<typeof supertest>

type Services = { databaseUrl: string; redisUrl: string; variables?: Record<string, string> }

const testEnv = ({ databaseUrl, redisUrl, variables = {} }: Services) =>
  loadEnv({
    NODE_ENV: "test",
    LOG_LEVEL: "silent",
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ...variables,
  })

/** The API on a free port, in this process. */
export async function startApi(services: Services) {
  const env = testEnv(services)
  const deps = await openDeps(env, "api")
  const lifecycle: Lifecycle = { stopping: false }
  const made = createServices(deps, env)
  const routes = createRoutes({ env, deps, services: made, lifecycle })
  const { listener, messages } = createApp({ env, deps, routes, lifecycle })
  const server = await listen(listener, { host: "127.0.0.1", port: 0, messages })
  return {
    request: supertest(server.url),
    url: server.url,
    routes,
    deps,
    services: made,
    lifecycle,
    async [Symbol.asyncDispose]() {
      await server.close()
      await deps[Symbol.asyncDispose]()
    },
  }
}

/** The worker's jobs, in this process. */
export async function startWorker(services: Services) {
  const env = testEnv(services)
  const deps = await openDeps(env, "worker")
  const jobs = await startJobs(deps, env)
  return {
    deps,
    async [Symbol.asyncDispose]() {
      await jobs.stop()
      await deps[Symbol.asyncDispose]()
    },
  }
}

type ShopOptions = { worker?: boolean; variables?: Record<string, string> }

/** An API with a database and a Redis of its own, and a worker unless the test wants to be without. */
export async function startShop({ worker = true, variables = {} }: ShopOptions = {}) {
  await using started = new AsyncDisposableStack()
  const database = started.use(await createDatabase())
  const redis = started.use(await createTestRedis())
  const services = { databaseUrl: database.url, redisUrl: redis.url, variables }
  const api = started.use(await startApi(services))
  if (worker) started.use(await startWorker(services))
  const resources = started.move()
  return { ...api, ...services, redis: redis.redis, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

export type TestShop = Awaited<ReturnType<typeof startShop>>
