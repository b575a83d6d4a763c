import { setTimeout as sleep } from "node:timers/promises"
import { createApp } from "./app.ts"
import { openDeps } from "./deps.ts"
import { loadEnv } from "./env.ts"
import type { Lifecycle } from "./http/lifecycle.ts"
import { listen } from "./http/server.ts"
import { refuseToStart, stopOnSignal } from "./process.ts"
import { createRoutes } from "./routes.ts"
import { createServices } from "./services.ts"

// Accepts hundreds of new connections within the event loop turns that their first requests need.
const LISTEN_SOCKETS = 16

async function start(): Promise<void> {
  const env = loadEnv()
  const deps = await openDeps(env, "api")
  const services = createServices(deps, env)
  const lifecycle: Lifecycle = { stopping: false }
  const routes = createRoutes({ env, deps, services, lifecycle })
  const { listener, messages } = createApp({ env, deps, routes, lifecycle })
  const server = await listen(listener, {
    host: env.HOST,
    port: env.PORT,
    sockets: LISTEN_SOCKETS,
    messages,
  })

  stopOnSignal(deps.logger, async () => {
    lifecycle.stopping = true
    // Gives a load balancer the time to see that the process is not ready.
    await sleep(env.DRAIN_DELAY_MS)
    await server.close()
    await deps[Symbol.asyncDispose]()
  })
  deps.logger.info({ url: server.url, strategy: env.ORDER_STRATEGY, lab: env.LAB }, "listening")
}

start().catch(refuseToStart("api"))
