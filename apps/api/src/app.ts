import express from "express"
import type { RequestHandler } from "express"
import helmet from "helmet"
import type { HelmetOptions } from "helmet"
import { adminFiles } from "./admin-page/files.ts"
import { offerSignIn } from "./admin-page/routes.ts"
import { adminSession } from "./admin-page/session.ts"
import { authentication } from "./auth/authentication.ts"
import { createGuard } from "./auth/guard.ts"
import type { Deps } from "./deps.ts"
import { docsFiles } from "./docs/routes.ts"
import type { Env } from "./env.ts"
import { admission } from "./http/admission.ts"
import { jsonBody } from "./http/body.ts"
import { crossOrigin } from "./http/cors.ts"
import type { Route } from "./http/define-route.ts"
import { createDispatcher } from "./http/dispatch.ts"
import type { App } from "./http/dispatch.ts"
import { failFast } from "./http/fail-fast.ts"
import type { Lifecycle } from "./http/lifecycle.ts"
import { callerBeforeBody, mountRoutes, mountUnmatched } from "./http/mount.ts"
import { observe } from "./http/observe.ts"
import { orderAdmission } from "./http/order-admission.ts"
import { problemHandler } from "./http/problem.ts"
import { requestId } from "./http/request-id.ts"
import { createSubjects } from "./users/subjects.ts"

type AppOptions = { env: Env; deps: Deps; routes: readonly Route[]; lifecycle: Lifecycle }

/** The HTTP side of the shop: what every request passes through, then its route. */
export function createApp({ env, deps, routes, lifecycle }: AppOptions): App {
  const app = express()
  app.disable("x-powered-by").set("etag", false).set("query parser", "simple")
  app.set("trust proxy", env.TRUSTED_PROXIES)
  const subjects = createSubjects({ ...deps, db: deps.readDb, maxQueued: env.MAX_IN_FLIGHT })
  const guard = createGuard(env, subjects.userOf)
  mountRoutes(app, routes, guard)
  app.use("/docs/files", docsFiles())
  app.use("/admin/files", adminFiles())
  mountUnmatched(app, routes)
  const errorHandlers = [offerSignIn, problemHandler(deps)]
  app.use(...errorHandlers)
  return createDispatcher({
    express: app,
    steps: stepsOf({ env, deps, lifecycle }),
    routes,
    guard,
    errorHandlers: [...(env.AUTH === "jwt" ? [callerBeforeBody(routes, guard)] : []), ...errorHandlers],
  })
}

/** What a request passes before its route, the cheapest first: a rejected one should cost little. */
function stepsOf({ env, deps, lifecycle }: Omit<AppOptions, "routes">): RequestHandler[] {
  return [
    helmet(HEADERS),
    ...(deps.tracing ? [deps.tracing.begin] : []),
    requestId,
    observe(deps),
    closeWhenStopping(lifecycle),
    ...(env.CORS_ORIGINS.length > 0 ? [crossOrigin(env.CORS_ORIGINS)] : []),
    admission({ limit: env.MAX_IN_FLIGHT }),
    failFast(deps.heartbeat),
    adminSession(),
    ...(env.AUTH === "jwt" ? [authentication(env)] : []),
    orderAdmission({
      limit: env.MAX_QUEUED_ORDERS,
      waitingRoom: env.WAITING_ROOM === "on" ? { secret: env.WAITING_ROOM_SECRET } : undefined,
    }),
    ...jsonBody(),
    ...(deps.tracing ? [deps.tracing.enter] : []),
  ]
}

/** The headers that matter for JSON; the rest of helmet's are for browsers that show documents. */
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

/** The next request on a connection that is kept open past the end of the process would fail. */
const closeWhenStopping =
  (lifecycle: Lifecycle): RequestHandler =>
  (_req, res, next) => {
    if (lifecycle.stopping) res.setHeader("Connection", "close")
    next()
  }
