import { createRequire } from "node:module"
import { dirname } from "node:path"
import express, { Router } from "express"
import type { Env } from "../env.ts"
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

/** The OpenAPI document and a page that shows it; the page needs no network beyond this server. */
export function createDocsRoutes({ version, env }: { version: string; env: Env }): Router {
  const router = Router()
  const document = JSON.stringify(createApiDocument({ version, env }))
  router.get("/openapi.json", (_req, res) => {
    res.type("application/json").send(document)
  })
  router.get("/docs", (_req, res) => {
    res.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    res.type("html").send(PAGE)
  })
  const files = express.static(ASSETS, { index: false, redirect: false })
  router.use("/docs/files", (req, res, next) => {
    if (req.path === "/start.js") res.type("js").send(START)
    else if (SERVED.test(req.path)) files(req, res, next)
    else next()
  })
  return router
}
