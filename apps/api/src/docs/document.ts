import { z } from "zod"
import { createDocument } from "zod-openapi"
import type { ZodOpenApiPathsObject } from "zod-openapi"
import { AuditReport } from "../audit/schema.ts"
import { SeedResult, SeedRequest } from "../lab/schema.ts"
import { Product, ProductList, ProductPath, ProductsQuery } from "../products/schema.ts"
import { Ranking, RankingQuery } from "../rankings/schema.ts"
import { UserId, UserQuery } from "../users/schema.ts"
import type { Env } from "../env.ts"
import { guardedPaths } from "./guarded-paths.ts"
import { operation } from "./operations.ts"
import { balancePaths, couponPaths, orderPaths } from "./trade-paths.ts"

const Health = z.object({ status: z.literal("ok") }).meta({ id: "Health" })
const Readiness = z
  .object({
    status: z.enum(["ready", "degraded", "not ready", "stopping"]),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean() })),
  })
  .meta({ id: "Readiness" })

const shelfPaths: ZodOpenApiPathsObject = {
  "/users/id": {
    get: operation({
      summary: "The id of a user by name; an unknown name creates the user",
      tag: "Users",
      params: { query: UserQuery },
      answer: { status: 200, schema: UserId, description: "The bare number" },
    }),
  },
  "/products": {
    get: operation({
      summary: "Products by their id",
      tag: "Products",
      params: { query: ProductsQuery },
      answer: { status: 200, schema: ProductList, description: "At most `limit` of them" },
    }),
  },
  "/products/{id}": {
    get: operation({
      summary: "One product",
      tag: "Products",
      params: { path: ProductPath },
      answer: { status: 200, schema: Product, description: "With its stock of now" },
      refusals: ["PRODUCT_NOT_FOUND"],
    }),
  },
  "/products/top": {
    get: operation({
      summary: "Best sellers of the last 3 days, counted from the orders",
      tag: "Products",
      params: { query: RankingQuery },
      answer: { status: 200, schema: Ranking, description: "Most sold first" },
    }),
  },
  "/products/top/realtime": {
    get: operation({
      summary: "The same from Redis, including orders of a moment ago",
      tag: "Products",
      params: { query: RankingQuery },
      answer: { status: 200, schema: Ranking, description: "Most sold first" },
    }),
  },
}

const labPaths: ZodOpenApiPathsObject = {
  "/init": {
    post: operation({
      summary: "Empties the shop and seeds it",
      tag: "Lab",
      body: { schema: SeedRequest, required: false },
      answer: { status: 200, schema: SeedResult, description: "What was made" },
      secured: true,
    }),
  },
  "/audit": {
    get: operation({
      summary: "Counts the violations of every invariant of the business, now",
      tag: "Lab",
      answer: { status: 200, schema: AuditReport, description: "`ok` when there are none" },
      secured: true,
    }),
  },
}

const text = (mediaType: string, description: string) => ({
  description,
  content: { [mediaType]: { schema: z.string() } },
})

const processPaths: ZodOpenApiPathsObject = {
  "/healthz": {
    get: {
      summary: "Whether the process lives; touches nothing else",
      tags: ["Process"],
      responses: { "200": { description: "It does", content: { "application/json": { schema: Health } } } },
    },
  },
  "/readyz": {
    get: {
      summary: "Whether requests are welcome",
      tags: ["Process"],
      responses: {
        "200": {
          description: "They are; degraded without Redis",
          content: { "application/json": { schema: Readiness } },
        },
        "503": {
          description: "PostgreSQL cannot be written, or the process is stopping",
          content: { "application/json": { schema: Readiness } },
        },
      },
    },
  },
  "/metrics": {
    get: {
      summary: "Prometheus metrics",
      tags: ["Process"],
      responses: { "200": text("text/plain", "Every series") },
    },
  },
  "/openapi.json": {
    get: {
      summary: "This document",
      tags: ["Process"],
      responses: {
        "200": { description: "OpenAPI 3.1", content: { "application/json": { schema: z.looseObject({}) } } },
      },
    },
  },
  "/docs": {
    get: {
      summary: "A page to read it",
      tags: ["Process"],
      responses: { "200": text("text/html", "The page") },
    },
  },
}

const labToken = { type: "http", scheme: "bearer", description: "LAB_TOKEN, where one is set" } as const
const userToken = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description: "Its `sub` is the id of the user on whose behalf it asks",
} as const

/** The OpenAPI 3.1 document, made of the schemas that validate the requests. */
export function createApiDocument({ version, env }: { version: string; env: Env }) {
  const paths = {
    ...shelfPaths,
    ...balancePaths,
    ...couponPaths,
    ...orderPaths,
    ...labPaths,
    ...processPaths,
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Saleproof",
      version,
      description:
        "A flash-sale shop: scarce stock, a prepaid balance and first-come coupons. Money is whole won.",
    },
    paths: guardedPaths(paths, env),
    components: { securitySchemes: { labToken, ...(env.AUTH === "jwt" && { userToken }) } },
  })
}
