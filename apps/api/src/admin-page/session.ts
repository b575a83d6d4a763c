import type { Request, RequestHandler, Response } from "express"
import { RefusalError } from "../errors.ts"

export const SESSION_COOKIE = "saleproof_admin"
/** What a browser keeps of one cookie. */
const MAX_COOKIE = 4_000
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/
const SAFE_METHODS = new Set(["GET", "HEAD"])

/**
 * Lets a browser that has a session use what is under /admin: the cookie holds the token, which is checked as that of any
 * request. A write has to come from a page of this server, which the browser says in Origin; without a session it may
 * leave that out, as programs do.
 */
export function adminSession(): RequestHandler {
  return (req, _res, next) => {
    if (!isUnderAdmin(req.path) || req.headers.authorization !== undefined) return next()
    const token = sessionToken(req)
    if (!SAFE_METHODS.has(req.method) && !isOwnOrigin(req, { optional: token === undefined })) {
      throw new RefusalError("FORBIDDEN", "The request comes from a page of another server")
    }
    if (token !== undefined) req.headers.authorization = `Bearer ${token}`
    next()
  }
}

/** Express finds its routes whatever the case. */
const isUnderAdmin = (path: string) => /^\/admin(\/|$)/i.test(path)

export const hasSession = (req: Request): boolean => sessionToken(req) !== undefined

function sessionToken({ headers }: Request): string | undefined {
  const own = headers.cookie
    ?.split(";")
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
  return own?.slice(SESSION_COOKIE.length + 1)
}

function isOwnOrigin({ headers }: Request, { optional }: { optional: boolean }): boolean {
  const { origin, host } = headers
  if (origin === undefined) return optional
  return URL.canParse(origin) && new URL(origin).host === host
}

type Security = { secure: boolean }
const attributesOf = ({ secure }: Security) =>
  ({ httpOnly: true, sameSite: "strict", secure, path: "/admin" }) as const

/** Puts the token that the request was let in with into the cookie; `secure` keeps it off plain HTTP. */
export function startSession(res: Response, security: Security): void {
  const [, token] = /^Bearer +(\S+)$/i.exec(res.req.headers.authorization ?? "") ?? []
  // In a lab no token is needed, and what is no token is no part of a cookie.
  if (token !== undefined && TOKEN.test(token)) {
    if (token.length > MAX_COOKIE) throw new RefusalError("BAD_REQUEST", "The token is too long for a cookie")
    res.cookie(SESSION_COOKIE, token, attributesOf(security))
  }
  sendDone(res)
}

/** Takes the cookie from the browser, whatever token is in it; the token itself stays valid until it expires. */
export function endSession(res: Response, security: Security): void {
  res.clearCookie(SESSION_COOKIE, attributesOf(security))
  sendDone(res)
}

function sendDone(res: Response): void {
  res.setHeader("Cache-Control", "no-store")
  res.status(204).end()
}
