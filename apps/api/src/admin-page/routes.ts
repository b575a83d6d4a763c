import type { ErrorRequestHandler, Request, Response } from "express"
import { z } from "zod"
import { RefusalError } from "../errors.ts"
import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { CONTENT_SECURITY_POLICY } from "./files.ts"
import type { Overview } from "./overview.ts"
import { overviewPage, signInPage } from "./page.ts"
import { endSession, hasSession, startSession } from "./session.ts"

const access = { who: "scope", scope: "shop:admin" } as const
const SIGN_IN = {
  schema: z.string(),
  mediaType: "text/html",
  description: "to a browser, the page to sign in",
} as const
type PageDeps = { overview: () => Promise<Overview>; secure: boolean }

export const createPageRoutes = ({ overview, secure }: PageDeps): Route[] => [
  defineRoute({
    id: "getSalePage",
    method: "GET",
    path: "/admin",
    summary: "The operator's page; a browser without a session gets one to sign in",
    tag: "Administration",
    answer: { status: 200, schema: z.string(), mediaType: "text/html", description: "The page" },
    otherAnswers: { 401: SIGN_IN, 403: SIGN_IN },
    access,
    respond: async (res) => sendPage(res, overviewPage(await overview(), { signedIn: hasSession(res.req) })),
  }),
  defineRoute({
    id: "startSession",
    method: "POST",
    path: "/admin/session",
    summary: "Puts the token of this request into a cookie, for the page",
    tag: "Administration",
    answer: { status: 204, schema: z.undefined(), description: "With the cookie, which no script can read" },
    access,
    idempotentAs: "session",
    respond: (res) => startSession(res, { secure }),
  }),
  defineRoute({
    id: "endSession",
    method: "DELETE",
    path: "/admin/session",
    summary: "Signs out: takes the cookie from the browser",
    tag: "Administration",
    answer: {
      status: 204,
      schema: z.undefined(),
      description: "Without the cookie, also when there was none",
    },
    // Also for who has a token that is not valid any more.
    access: { who: "anyone" },
    respond: (res) => endSession(res, { secure }),
  }),
]

function sendPage(res: Response, page: string): void {
  res.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
  res.setHeader("Cache-Control", "no-store")
  res.type("html").send(page)
}

/** A browser that may not see the page gets one to sign in, with the same status; other clients get the problem document. */
// oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
export const offerSignIn: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const refused = error instanceof RefusalError && (error.status === 401 || error.status === 403)
  if (!refused || !isPage(req)) return next(error)
  res.locals.code = error.code
  // What it says to programs is no help to a person who has not signed in yet.
  const reason =
    req.headers.authorization === undefined ? "To run the sale, a token is needed." : error.message
  sendPage(res.status(error.status), signInPage(reason))
}

const isPage = (req: Request) =>
  req.method === "GET" && /^\/admin\/?$/i.test(req.path) && req.accepts(["json", "html"]) === "html"
