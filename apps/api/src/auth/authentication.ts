import assert from "node:assert/strict"
import type { Request, RequestHandler, Response } from "express"
import type { Env } from "../env.ts"
import { RefusalError } from "../errors.ts"
import { EXEMPT } from "../http/admission.ts"
import type { Caller } from "./access.ts"
import { networkOf } from "./network.ts"
import { TOO_MANY_OF_USER, createRequestRate } from "./request-rate.ts"
import { createTokenVerifier } from "./token.ts"
import type { VerifyToken } from "./token.ts"

/** Who sent a request, or why that is not known. A public route ignores either. */
export type Authentication = { caller: Caller } | { refusal: unknown }

/**
 * Checks the token of every request before its body is read. Requests with a valid one are limited by its subject, the
 * others by their address; one above the limit is not read any further. Mounted with AUTH=jwt only.
 */
export function authentication(env: Env): RequestHandler {
  const verify = createTokenVerifier(env)
  const ofCaller = createRequestRate({ limit: env.USER_RATE_LIMIT, detail: TOO_MANY_OF_USER })
  const ofAddress = createRequestRate({
    limit: env.ADDRESS_RATE_LIMIT,
    detail: "Too many requests without a valid token",
  })
  return async (req, res, next) => {
    if (EXEMPT.has(req.path)) return next()
    const authenticated = await authenticate(req, verify)
    res.locals.authentication = authenticated
    const inLimit =
      "caller" in authenticated
        ? await ofCaller(res, authenticated.caller.subject)
        : await ofAddress(res, networkOf(req.ip ?? "unknown"))
    if (inLimit) next()
  }
}

async function authenticate(req: Request, verify: VerifyToken): Promise<Authentication> {
  try {
    return { caller: await verify(bearerToken(req)) }
  } catch (refusal) {
    return { refusal }
  }
}

function bearerToken(req: Request): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "") ?? []
  if (token === undefined) throw new RefusalError("UNAUTHORIZED", "Send Authorization: Bearer with a token")
  return token
}

/** What is known of who sent a request; undefined without AUTH=jwt, and for what is answered before. */
export const authenticationOf = (res: Response): Authentication | undefined =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Express does not type locals
  res.locals.authentication as Authentication | undefined

/** @throws UNAUTHORIZED without a valid token, UNAVAILABLE while the keys that check it cannot be fetched */
export function requireCaller(res: Response): Caller {
  const authenticated = authenticationOf(res)
  assert(authenticated, "a route that needs a token comes after the check of tokens")
  if ("refusal" in authenticated) throw authenticated.refusal
  return authenticated.caller
}
