import type { Request, Response } from "express"
import type { Env } from "../env.ts"
import { RefusalError } from "../errors.ts"
import type { Check, Guard } from "../http/define-route.ts"
import { createLabCheck } from "../lab/guard.ts"
import type { Access } from "./access.ts"
import { createTokenVerifier } from "./token.ts"
import type { Caller } from "./token.ts"
import { createUserRate } from "./user-rate.ts"
import type { UserRate } from "./user-rate.ts"

/**
 * Decides what is checked before a route's handler: with AUTH=jwt who the caller is and may be, with a USER_RATE_LIMIT
 * how often they may call. What needs no check costs nothing.
 */
export function createGuard(env: Env): Guard {
  const rate = env.USER_RATE_LIMIT > 0 ? createUserRate({ limit: env.USER_RATE_LIMIT }) : undefined
  const lab = createLabCheck(env)
  const identify = env.AUTH === "jwt" ? createIdentify(env, rate) : undefined
  return (access) => {
    if (access.who === "anyone") return {}
    if (access.who === "lab") return { before: lab }
    if (identify) return { before: identify, after: authorize(access) }
    // Without tokens the user that the request names is the one whose requests are counted.
    if (rate && access.who === "owner")
      return { after: (input, res) => rate(res, String(access.userOf(input))) }
    return {}
  }
}

function createIdentify(env: Env, rate: UserRate | undefined): Check<Request> {
  const verify = createTokenVerifier(env)
  return async (req, res) => {
    res.setHeader("Cache-Control", "no-store")
    const caller = await verify(bearerToken(req))
    res.locals.caller = caller
    res.locals.subject = caller.subject
    // Counted before anything is looked up, and for the caller, not for the user that the request names.
    return rate === undefined || rate(res, caller.subject)
  }
}

function bearerToken(req: Request): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "") ?? []
  if (token === undefined) throw new RefusalError("UNAUTHORIZED", "Send Authorization: Bearer with a token")
  return token
}

/** Throws unless the caller may do what the validated input says. */
function authorize<Input>(access: Access<Input>): Check<Input> | undefined {
  if (access.who === "scope") {
    return (_input, res) => {
      if (!callerOf(res).scopes.has(access.scope)) {
        throw new RefusalError("FORBIDDEN", `The token lacks the scope ${access.scope}`)
      }
      return true
    }
  }
  if (access.who === "owner") return ownerOnly(access)
  if (access.who === "buyer") return buyerOnly(access)
  return undefined
}

function ownerOnly<Input>({ userOf, orScope }: Extract<Access<Input>, { who: "owner" }>): Check<Input> {
  return (input, res) => {
    const { subject, scopes } = callerOf(res)
    if (String(userOf(input)) !== subject && !(orScope && scopes.has(orScope))) {
      throw new RefusalError("FORBIDDEN", "The token is not this user's")
    }
    return true
  }
}

function buyerOnly<Input>({ buyerOf, missing }: Extract<Access<Input>, { who: "buyer" }>): Check<Input> {
  return async (input, res) => {
    if (String(await buyerOf(input)) !== callerOf(res).subject) throw missing(input)
    return true
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Express does not type locals; `identify` ran before
const callerOf = (res: Response) => res.locals.caller as Caller
