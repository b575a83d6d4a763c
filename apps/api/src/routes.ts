import manifest from "../package.json" with { type: "json" }
import { createPageRoutes } from "./admin-page/routes.ts"
import { createAdministrationRoutes } from "./administration/routes.ts"
import { createAuditRoutes } from "./audit/routes.ts"
import { createBalanceRoutes } from "./balance/routes.ts"
import { createCouponRoutes } from "./coupons/routes.ts"
import type { Deps } from "./deps.ts"
import { createDocsRoutes } from "./docs/routes.ts"
import type { Env } from "./env.ts"
import type { Route } from "./http/define-route.ts"
import { createHealthRoutes } from "./http/health.ts"
import type { Lifecycle } from "./http/lifecycle.ts"
import { createMetricsRoutes } from "./http/metrics.ts"
import { requireWritable } from "./infra/db.ts"
import { createLabRoutes } from "./lab/routes.ts"
import { createOrderRoutes } from "./orders/routes.ts"
import { createProductRoutes } from "./products/routes.ts"
import { createRankingRoutes } from "./rankings/routes.ts"
import type { Services } from "./services.ts"
import { createUserRoutes } from "./users/routes.ts"
import { createWebhookRoutes } from "./webhooks/routes.ts"

type RoutesOptions = { env: Env; deps: Deps; services: Services; lifecycle: Lifecycle }

/** Every endpoint of the API, the busiest first; those of the lab exist only with LAB=on. */
export function createRoutes({ env, deps, services, lifecycle }: RoutesOptions): Route[] {
  const routes = [
    ...createOrderRoutes({ service: services.orders }),
    ...createBalanceRoutes({ service: services.balance }),
    ...createCouponRoutes({ service: services.coupons }),
    ...createUserRoutes({ service: services.users, create: services.createUser }),
    // Before /products/:id, which would match its paths, too.
    ...createRankingRoutes({ service: services.rankings }),
    ...createProductRoutes({ service: services.products }),
    ...createAdministrationRoutes(services.administration),
    ...createPageRoutes({ overview: services.overview, secure: env.NODE_ENV === "production" }),
    ...createWebhookRoutes({ service: services.webhooks }),
    ...createHealthRoutes({ lifecycle, probes: probes(deps, services) }),
    ...createMetricsRoutes(deps),
    ...createLabRoutes({ service: services.lab }),
    ...createAuditRoutes({ service: services.audit }),
  ].filter(({ who }) => env.LAB === "on" || who !== "lab")
  return [...routes, ...createDocsRoutes({ version: manifest.version, env, routes })]
}

const probes = ({ readDb, redis, queue }: Deps, { rankings }: Services) => [
  { name: "database", needed: true, check: () => requireWritable(readDb) },
  { name: "redis", needed: false, check: () => redis.ping() },
  { name: "queue", needed: false, check: queue.depth },
  { name: "realtime ranking", needed: false, check: () => rankings.checkRealtime().then(rankings.checkLag) },
]
