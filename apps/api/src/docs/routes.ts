import { createRequire } from "node:module"
import { dirname } from "node:path"
import express from "express"
import type { RequestHandler } from "express"
import { z } from "zod"
import type { Env } from "../env.ts"
import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { createApiDocument } from "./document.ts"

const ASSETS = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"))

// What the page needs beyond `default-src 'none'`: its own files, the styles it writes itself, its inline pictures.
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Saleproof API</title>
<link rel="stylesheet" href="/docs/files/swagger-ui.css">
<link rel="icon" href="/docs/files/favicon-32x32.png">
</head>
<body>
<div id="page"></div>
<script src="/docs/files/swagger-ui-bundle.js"></script>
<script src="/docs/files/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#page", deepLinking: true })\n`

const SERVED = /^\/(swagger-ui\.css|swagger-ui-bundle\.js|favicon-32x32\.png)$/

const ENTRY_POINTS = {
  name: "Saleproof",
  docs: "/docs",
  openapi: "/openapi.json",
  health: "/healthz",
  readiness: "/readyz",
}

const EntryPoints = z.object({
  name: z.string(),
  docs: z.string(),
  openapi: z.string(),
  health: z.string(),
  readiness: z.string(),
})

type DocsOptions = { version: string; env: Env; routes: readonly Route[] }

/** The OpenAPI document of all routes, these included, and a page that shows it. */
export function createDocsRoutes({ version, env, routes }: DocsOptions): Route[] {
  const own: Route[] = [
    defineRoute({
      id: "getEntryPoints",
      method: "GET",
      path: "/",
      summary: "Where to read on",
      tag: "Process",
      answer: { status: 200, schema: EntryPoints, description: "Paths of this server" },
      access: { who: "anyone" },
      handle: async () => ENTRY_POINTS,
    }),
    defineRoute({
      id: "getApiDocument",
      method: "GET",
      path: "/openapi.json",
      summary: "This document",
      tag: "Process",
      answer: { status: 200, schema: z.looseObject({}), description: "OpenAPI 3.1" },
      access: { who: "anyone" },
      respond: (res) => void res.type("application/json").send(document),
    }),
    defineRoute({
      id: "getApiPage",
      method: "GET",
      path: "/docs",
      summary: "A page to read it",
      tag: "Process",
      answer: { status: 200, schema: z.string(), mediaType: "text/html", description: "The page" },
      access: { who: "anyone" },
      respond(res) {
        res.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        res.type("html").send(PAGE)
      },
    }),
  ]
  const document = JSON.stringify(createApiDocument({ version, env, routes: [...routes, ...own] }))
  return own
}

/** What the page loads, below `/docs/files`; it needs no network beyond this server. */
export function docsFiles(): RequestHandler {
  const files = express.static(ASSETS, { index: false, redirect: false })
  return (req, res, next) => {
    if (req.path === "/start.js") res.type("js").send(START)
    else if (SERVED.test(req.path)) files(req, res, next)
    else next()
  }
}
