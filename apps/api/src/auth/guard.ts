import { Router } from "express"
import type { Request, RequestHandler, Response } from "express"
import type { Env } from "../env.ts"
import { RefusalError } from "../errors.ts"
import type { Orders } from "../orders/service.ts"
import { ACCESS } from "./access.ts"
import type { Access } from "./access.ts"
import { createTokenVerifier } from "./token.ts"
import { createUserRate } from "./user-rate.ts"
import type { UserRate } from "./user-rate.ts"

type GuardOptions = { env: Env; orders: Pick<Orders, "find"> }
type Check = (req: Request, res: Response) => Promise<boolean>

/**
 * Stands before every route that belongs to a user: with AUTH=jwt it lets only that user pass, and with a
 * USER_RATE_LIMIT nobody too often. Its routes are matched as the app's own are, so no spelling of a path gets by.
 */
export function createGuard({ env, orders }: GuardOptions): Router {
  const router = Router()
  const rate = env.USER_RATE_LIMIT > 0 ? createUserRate({ limit: env.USER_RATE_LIMIT }) : undefined
  const mayPass = env.AUTH === "jwt" ? ownersOnly({ env, orders, rate }) : seldomEnough(rate)
  for (const [name, access] of Object.entries(ACCESS)) {
    const check = mayPass(access)
    const [method, path = ""] = name.split(" ")
    if (check) router[method === "GET" ? "get" : "post"](path, passing(check))
  }
  return router
}

const passing =
  (check: Check): RequestHandler =>
  async (req, res, next) => {
    if (await check(req, res)) next()
  }

/** Nobody says who they are, so the user that the request names is the one whose requests count. */
function seldomEnough(rate: UserRate | undefined) {
  return (access: Access): Check | undefined => {
    if (!rate || access.who !== "owner") return undefined
    return (req, res) => rate(res, String(access.userOf(req)))
  }
}

function ownersOnly({ env, orders, rate }: GuardOptions & { rate: UserRate | undefined }) {
  const verify = createTokenVerifier(env)
  return (access: Access): Check | undefined => {
    if (access.who === "anybody" || access.who === "lab") return undefined
    return async (req, res) => {
      res.setHeader("Cache-Control", "no-store")
      const subject = await verify(bearerToken(req))
      res.locals.subject = subject
      // Counted before anything is looked up, and for whoever asks, not for whom they ask about.
      if (rate && !(await rate(res, subject))) return false
      await requireOwner(access, { req, subject, orders })
      return true
    }
  }
}

function bearerToken(req: Request): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "") ?? []
  if (token === undefined) throw new RefusalError("UNAUTHORIZED", "Send Authorization: Bearer with a token")
  return token
}

type Asked = { req: Request; subject: string; orders: GuardOptions["orders"] }

async function requireOwner(access: Access, { req, subject, orders }: Asked): Promise<void> {
  if (access.who === "owner" && String(access.userOf(req)) !== subject) {
    throw new RefusalError("FORBIDDEN", "The token is not this user's")
  }
  if (access.who !== "buyer") return
  const id = access.orderOf(req)
  const { userId } = await orders.find(id)
  // What belongs to somebody else is answered as what does not exist.
  if (String(userId) !== subject) throw new RefusalError("ORDER_NOT_FOUND", `Order ${id} does not exist`)
}
