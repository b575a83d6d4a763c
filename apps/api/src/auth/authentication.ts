import type { Request, RequestHandler, Response } from "express"
import type { Env } from "../env.ts"
import { RefusalError } from "../errors.ts"
import { EXEMPT } from "../http/admission.ts"
import type { Caller } from "./access.ts"
import { networkOf } from "./network.ts"
import { createRequestRate } from "./request-rate.ts"
import { createTokenVerifier } from "./token.ts"
import type { VerifyToken } from "./token.ts"

/** Who sent a request, or why that is not known. A public route ignores either. */
type Authentication = { caller: Caller } | { refusal: unknown }

/**
 * Checks the token of every request before its body is read. A request without a valid one is limited by address: the
 * request is not read any further. Mounted with AUTH=jwt only.
 */
export function authentication(env: Env): RequestHandler {
  const verify = createTokenVerifier(env)
  const rate =
    env.ADDRESS_RATE_LIMIT > 0
      ? createRequestRate({
          limit: env.ADDRESS_RATE_LIMIT,
          detail: "Too many requests without a valid token",
        })
      : undefined
  return async (req, res, next) => {
    if (EXEMPT.has(req.path)) return next()
    const authenticated = await authenticate(req, verify)
    res.locals.authentication = authenticated
    if ("caller" in authenticated || !rate || (await rate(res, networkOf(req.ip ?? "unknown")))) next()
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

/** @throws UNAUTHORIZED without a valid token, UNAVAILABLE while the keys that check it cannot be fetched */
export function requireCaller(res: Response): Caller {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Express does not type locals
  const authenticated = res.locals.authentication as Authentication
  if ("refusal" in authenticated) throw authenticated.refusal
  return authenticated.caller
}
