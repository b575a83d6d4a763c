import { Router } from "express"
import type { ErrorRequestHandler, Express, Request, Response } from "express"
import { RefusalError } from "../errors.ts"
import type { Guard, Route } from "./define-route.ts"

const VERBS = { GET: "get", POST: "post", PATCH: "patch", DELETE: "delete" } as const

/** Serves the routes in their order: Express tries one after the other, so the busiest come first. */
export function mountRoutes(app: Express, routes: readonly Route[], guard: Guard): void {
  const router = Router()
  for (const route of routes) router[VERBS[route.method]](route.path, route.handler(guard))
  app.use(router)
}

/**
 * For errors of what reads bodies: before it is said what is wrong with one, it is checked who sent it, as with a body that
 * can be read. For AUTH=jwt only.
 */
export function callerBeforeBody(routes: readonly Route[], guard: Guard): ErrorRequestHandler {
  const checks = Router()
  for (const route of routes) {
    const check = route.before(guard)
    if (!check) continue
    checks[VERBS[route.method]](route.path, async (req, res, next) => {
      if (await check(req, res)) next()
    })
  }
  // oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
  return (error: unknown, req, res, next) => {
    // Not set when the error comes from before that, e.g. from the check of Origin. A route has checked it itself.
    if (res.locals.authentication === undefined || req.route !== undefined) return next(error)
    checks(req, res, (refusal?: unknown) => next(refusal ?? error))
  }
}

/** Comes after the routes: 405 with Allow where the path exists for another method, 404 where it does not. */
export function mountUnmatched(app: Express, routes: readonly Route[]): void {
  for (const [path, own] of Map.groupBy(routes, (route) => route.path)) {
    app.all(path, (_req, res, next) => {
      allowedOf(res).push(...own.map(({ method }) => method))
      next()
    })
  }
  app.use((req: Request, res: Response) => {
    // Only a route that answered is a label of the metrics.
    req.route = undefined
    const allowed = [...new Set(allowedOf(res))].join(", ")
    if (allowed === "") throw new RefusalError("NOT_FOUND", "No such path")
    res.setHeader("Allow", allowed)
    throw new RefusalError("METHOD_NOT_ALLOWED", `Use ${allowed}`)
  })
}

function allowedOf(res: Response): string[] {
  const allowed: string[] = (res.locals.allowed ??= [])
  return allowed
}
