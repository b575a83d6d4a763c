import { IncomingMessage, ServerResponse } from "node:http"
import type { RequestListener } from "node:http"
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from "express"
import type { Guard, Route } from "./define-route.ts"

/** The classes of which a server makes its requests and responses. */
export type Messages = {
  IncomingMessage: typeof IncomingMessage
  ServerResponse: typeof ServerResponse<IncomingMessage>
}

/** A server's side of HTTP: what it calls for each request, with messages of these classes. */
export type App = { listener: RequestListener; messages: Messages }

type Dispatched = {
  /** Everything that takes time to find: paths that are spelled otherwise, files, 404 and 405. */
  express: Express
  /** What every request passes before its route, in this order. */
  steps: readonly RequestHandler[]
  routes: readonly Route[]
  guard: Guard
  /** What an error passes, in this order; the last one answers. */
  errorHandlers: readonly ErrorRequestHandler[]
}

/**
 * Takes every request through the steps and to its route. Express's router does the same, at a tenth of the CPU of an
 * order: so a path that is spelled as its record says, with digits for a parameter, is looked up here, and Express gets
 * all others. Requests and responses are Express's own for both.
 */
export function createDispatcher({ express, steps, routes, guard, errorHandlers }: Dispatched): App {
  const messages = messagesOf(express)
  const direct = directRoutes(routes, guard)

  function listener(req: Request, res: Response): void {
    let passed = 0
    const fail = (error: unknown) => refuse(error, req, res)
    const next = (given?: unknown): void => {
      if (given !== undefined) return fail(given)
      const step = steps[passed++] ?? toRoute
      try {
        const pending: unknown = step(req, res, next)
        if (pending instanceof Promise) pending.catch(fail)
      } catch (thrown) {
        fail(thrown)
      }
    }
    req.res = res
    req.originalUrl = req.url
    res.locals = {}
    next()
  }

  const toRoute: RequestHandler = (req, res, next) => {
    const found = direct(req)
    if (!found) return express(req, res)
    req.route = found.route
    req.params = found.params
    return found.handler(req, res, next)
  }

  function refuse(error: unknown, req: Request, res: Response): void {
    let passed = 0
    const next = (given: unknown): void => void errorHandlers[passed++]?.(given, req, res, next)
    next(error)
  }

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server makes its messages of Express's classes
  return { listener: listener as unknown as RequestListener, messages }
}

/**
 * Messages that are Express's from the start. Express would change the prototype of each, after which V8 neither knows
 * their shape nor finds their properties as fast.
 */
function messagesOf(express: Express): Messages {
  class ShopRequest extends IncomingMessage {}
  class ShopResponse extends ServerResponse {}
  Object.setPrototypeOf(ShopRequest.prototype, express.request)
  Object.setPrototypeOf(ShopResponse.prototype, express.response)
  Object.assign(express, { request: ShopRequest.prototype, response: ShopResponse.prototype })
  return { IncomingMessage: ShopRequest, ServerResponse: ShopResponse }
}

type Found = { route: Route; handler: RequestHandler; params: Record<string, string> }

/** Finds the route of a method and a path without parameters, or with one that is a number. */
function directRoutes(routes: readonly Route[], guard: Guard) {
  const handlers = new Map(
    routes.map((route) => {
      const name = nameOf(route.method, route.path.replace(/:\w+/, NUMBER))
      return [name, { route, handler: route.handler(guard) }]
    }),
  )
  return ({ method, url }: Request): Found | undefined => {
    const queryAt = url.indexOf("?")
    const path = queryAt < 0 ? url : url.slice(0, queryAt)
    const exact = handlers.get(nameOf(method, path))
    if (exact) return { ...exact, params: {} }
    const [, before, id, after] = WITH_NUMBER.exec(path) ?? []
    if (id === undefined) return undefined
    const numbered = handlers.get(nameOf(method, `${before}${NUMBER}${after}`))
    return numbered && { ...numbered, params: { id } }
  }
}

const nameOf = (method: string, path: string) => `${method} ${path}`

// No path of a request has a space.
const NUMBER = " "
const WITH_NUMBER = /^(\/[a-z/]+\/)(\d+)((?:\/[a-z]+)*)$/
