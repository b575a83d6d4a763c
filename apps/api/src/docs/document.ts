import { createDocument } from "zod-openapi"
import type { ZodOpenApiPathsObject } from "zod-openapi"
import type { Env } from "../env.ts"
import type { Route } from "../http/define-route.ts"
import { operationOf } from "./operations.ts"

const labToken = { type: "http", scheme: "bearer", description: "LAB_TOKEN, where one is set" } as const
const userToken = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description:
    "Its `sub` is the id of a user, or a subject that POST /users linked; `scope` may hold shop:till and shop:admin",
} as const

type DocumentOptions = { version: string; env: Env; routes: readonly Route[] }

/** The OpenAPI 3.1 document, made of the records that also route and validate the requests. */
export function createApiDocument({ version, env, routes }: DocumentOptions) {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}")
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, env) }
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Saleproof",
      version,
      description:
        "A flash-sale shop: scarce stock, a prepaid balance and first-come coupons. Money is whole won.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "This server" }],
    paths,
    components: { securitySchemes: { labToken, ...(env.AUTH === "jwt" && { userToken }) } },
  })
}
