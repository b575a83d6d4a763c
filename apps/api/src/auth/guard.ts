import type { Request, Response } from "express"
import type { Env } from "../env.ts"
import { RefusalError } from "../errors.ts"
import type { Check, Guard } from "../http/define-route.ts"
import { createLabCheck } from "../lab/guard.ts"
import type { Access, Caller, Scope } from "./access.ts"
import { requireCaller } from "./authentication.ts"
import { TOO_MANY_OF_USER, createRequestRate } from "./request-rate.ts"

/** The id of the user that a token's subject is, or null: no user. */
export type FindUser = (subject: string) => Promise<number | null>

/**
 * Decides what is checked before a route's handler: with AUTH=jwt who the caller is and may be, otherwise with a
 * USER_RATE_LIMIT how often the user that the request names may be named. What needs no check costs nothing.
 */
export function createGuard(env: Env, findUser: FindUser): Guard {
  const rate =
    env.AUTH === "none" && env.USER_RATE_LIMIT > 0
      ? createRequestRate({ limit: env.USER_RATE_LIMIT, detail: TOO_MANY_OF_USER })
      : undefined
  const lab = createLabCheck(env)
  return (access) => {
    if (access.who === "anyone") return {}
    if (access.who === "lab") return { before: lab }
    if (env.AUTH === "jwt") return { before: identify(access), after: authorize(access, findUser) }
    const userOf = access.who === "owner" || access.who === "scope" ? access.userOf : undefined
    // Without tokens the user that the request names is the one whose requests are counted.
    if (rate && userOf) return { after: (input, res) => rate(res, String(userOf(input))) }
    return {}
  }
}

/** A caller without access to the route gets 403, not what is wrong with the request. */
function identify<Input>(access: Access<Input>): Check<Request> {
  return (_req, res) => {
    res.setHeader("Cache-Control", "no-store")
    const caller = requireCaller(res)
    res.locals.caller = caller
    res.locals.subject = caller.subject
    if (access.who === "scope") requireScope(caller, access.scope)
    return true
  }
}

function requireScope({ scopes }: Caller, scope: Scope): void {
  if (!scopes.has(scope)) throw new RefusalError("FORBIDDEN", `The token lacks the scope ${scope}`)
}

/** Throws unless the caller may do what the validated input says. */
function authorize<Input>(access: Access<Input>, findUser: FindUser): Check<Input> | undefined {
  if (access.who === "owner") return ownerOnly(access, findUser)
  if (access.who === "buyer") return buyerOnly(access, findUser)
  return undefined
}

function ownerOnly<Input>(
  { userOf, orScope }: Extract<Access<Input>, { who: "owner" }>,
  findUser: FindUser,
): Check<Input> {
  return async (input, res) => {
    const { subject, scopes } = callerOf(res)
    if (orScope && scopes.has(orScope)) return true
    if (userOf(input) !== (await findUser(subject))) {
      throw new RefusalError("FORBIDDEN", "The token is not this user's")
    }
    return true
  }
}

function buyerOnly<Input>(
  { buyerOf, missing, orScope }: Extract<Access<Input>, { who: "buyer" }>,
  findUser: FindUser,
): Check<Input> {
  return async (input, res) => {
    const { subject, scopes } = callerOf(res)
    if (orScope && scopes.has(orScope)) return true
    const [buyer, user] = await Promise.all([buyerOf(input), findUser(subject)])
    if (buyer !== user) throw missing(input)
    return true
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Express does not type locals; `identify` ran before
const callerOf = (res: Response) => res.locals.caller as Caller
