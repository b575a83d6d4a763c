import express from "express"
import type { Express } from "express"
import helmet from "helmet"
import type { HelmetOptions } from "helmet"
import { createAuditRoutes } from "./audit/routes.ts"
import { requireDecisions } from "./auth/access.ts"
import { createGuard } from "./auth/guard.ts"
import { createBalanceRoutes } from "./balance/routes.ts"
import { createCouponRoutes } from "./coupons/routes.ts"
import manifest from "../package.json" with { type: "json" }
import type { Deps } from "./deps.ts"
import { createDocsRoutes } from "./docs/routes.ts"
import type { Env } from "./env.ts"
import { admission } from "./http/admission.ts"
import { jsonBody } from "./http/body.ts"
import { isWritable } from "./infra/db.ts"
import { createHealthRoutes } from "./http/health.ts"
import type { Lifecycle } from "./http/lifecycle.ts"
import { createMetricsRoutes } from "./http/metrics.ts"
import { observe } from "./http/observe.ts"
import { problemHandler } from "./http/problem.ts"
import { requestId } from "./http/request-id.ts"
import { listRoutes, unmatched } from "./http/routes-table.ts"
import { failFast } from "./http/fail-fast.ts"
import { labGuard } from "./lab/guard.ts"
import { createLabRoutes } from "./lab/routes.ts"
import { createOrderRoutes } from "./orders/routes.ts"
import { createProductRoutes } from "./products/routes.ts"
import { createRankingRoutes } from "./rankings/routes.ts"
import type { Services } from "./services.ts"
import { createUserRoutes } from "./users/routes.ts"

type AppOptions = { env: Env; deps: Deps; services: Services; lifecycle: Lifecycle }

/** The HTTP side of the shop. */
export function createApp({ env, deps, services, lifecycle }: AppOptions): Express {
  const app = express()
  app.disable("x-powered-by").set("etag", false).set("query parser", "simple")
  app.use(helmet(HEADERS))
  if (deps.tracing) app.use(deps.tracing.begin)
  app.use(
    requestId,
    observe(deps),
    closeWhenStopping(lifecycle),
    admission({ limit: env.MAX_IN_FLIGHT, orderLimit: env.MAX_QUEUED_ORDERS }),
    failFast(deps.heartbeat),
    jsonBody(),
  )
  if (deps.tracing) app.use(deps.tracing.enter)
  // Nothing to check is nothing to pay for.
  if (env.AUTH !== "none" || env.USER_RATE_LIMIT > 0) app.use(createGuard({ env, orders: services.orders }))
  // Express asks one router after the other, so those that are asked most come first.
  app.use(createOrderRoutes({ service: services.orders }))
  app.use(createBalanceRoutes({ service: services.balance }))
  app.use(createCouponRoutes({ service: services.coupons }))
  app.use(createUserRoutes({ service: services.users }))
  app.use(createRankingRoutes({ service: services.rankings }))
  app.use(createProductRoutes({ service: services.products }))
  app.use(createHealthRoutes({ lifecycle, probes: probes(deps) }), createMetricsRoutes(deps))
  app.use(["/init", "/audit"], labGuard({ lab: env.LAB, token: env.LAB_TOKEN }))
  app.use(createLabRoutes({ service: services.lab }), createAuditRoutes({ service: services.audit }))
  app.use(createDocsRoutes({ version: manifest.version, env }))
  requireDecisions(listRoutes(app))
  app.use(unmatched(app), problemHandler(deps))
  return app
}

/** What matters to whoever gets JSON; the rest of helmet's headers speak to browsers about documents. */
const HEADERS: HelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"] } },
  crossOriginEmbedderPolicy: false,
  crossOriginOpenerPolicy: false,
  dnsPrefetchControl: false,
  ieNoOpen: false,
  originAgentCluster: false,
  permittedCrossDomainPolicies: false,
  xssFilter: false,
}

const probes = ({ readDb, redis, queue }: Deps) => [
  { name: "database", needed: true, check: () => isWritable(readDb) },
  { name: "redis", needed: false, check: () => redis.ping() },
  { name: "queue", needed: false, check: queue.depth },
]

/** A connection that is kept alive past the end of the process would make its next request fail. */
const closeWhenStopping =
  (lifecycle: Lifecycle): express.RequestHandler =>
  (_req, res, next) => {
    if (lifecycle.stopping) res.setHeader("Connection", "close")
    next()
  }
