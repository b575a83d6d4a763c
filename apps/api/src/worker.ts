import express from "express"
import { openDeps } from "./deps.ts"
import { loadEnv } from "./env.ts"
import { createMetricsRoutes } from "./http/metrics.ts"
import { mountRoutes } from "./http/mount.ts"
import { listen } from "./http/server.ts"
import { startJobs } from "./jobs.ts"
import { refuseToStart, stopOnSignal } from "./process.ts"

async function start(): Promise<void> {
  const env = loadEnv()
  const deps = await openDeps(env, "worker")
  const jobs = await startJobs(deps, env)
  const app = express().disable("x-powered-by")
  mountRoutes(app, createMetricsRoutes(deps), () => ({}))
  const server = await listen(app, { host: env.HOST, port: env.WORKER_METRICS_PORT })

  stopOnSignal(deps.logger, async () => {
    await server.close()
    await jobs.stop()
    await deps[Symbol.asyncDispose]()
  })
  deps.logger.info({ metricsUrl: server.url }, "working")
}

start().catch(refuseToStart("worker"))
