import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { startShop } from "./support/api.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())

const Document = z.object({
  openapi: z.string(),
  servers: z.array(z.unknown()),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        security: z.array(z.unknown()),
        responses: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
  components: z.object({
    schemas: z.record(z.string(), z.looseObject({ required: z.array(z.string()).optional() })),
  }),
})
const document = Document.parse((await shop.request.get("/openapi.json")).body)

const described = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
)

describe("the OpenAPI document", () => {
  it("is version 3.1", () => {
    expect(document.openapi).toBe("3.1.0")
  })

  it("describes every route of the app, and no other", () => {
    const routes = shop.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
    expect(described.toSorted()).toEqual(routes.toSorted())
  })

  it("describes the whole contract", () => {
    expect(described).toEqual(
      expect.arrayContaining([
        "POST /init",
        "GET /users/id",
        "POST /users/{id}/balance",
        "GET /users/{id}/balance/history",
        "POST /coupons",
        "GET /users/{id}/coupons",
        "GET /products/top/realtime",
        "POST /orders",
        "GET /users/{id}/orders",
        "GET /audit",
      ]),
    )
  })

  it("names every operation, says who may call it, and has at least one client error", () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
    const without = operations.filter(
      ({ responses }) => !Object.keys(responses).some((s) => s.startsWith("4")),
    )
    expect(without.map(({ operationId }) => operationId)).toEqual([])
    expect(document.servers).toEqual([{ url: "/", description: "This server" }])
  })

  it("says of every operation that reads a body what may be wrong with it", () => {
    for (const methods of Object.values(document.paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        const statuses = Object.keys(responses).filter((status) => ["413", "415"].includes(status))
        expect(statuses).toEqual(method === "get" ? [] : ["413", "415"])
      }
    }
  })

  it("asks for what the schemas ask for", () => {
    const { schemas } = document.components
    expect(schemas["OrderRequest"]?.required).toEqual(["userId", "items"])
    expect(schemas["SeedRequest"]?.required).toBeUndefined()
    expect(schemas["Problem"]?.required).toContain("code")
  })
})

describe("the page of the API", () => {
  it("loads everything it needs from this server", async () => {
    const page = await shop.request.get("/docs")
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'")
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path)
    expect(files).toHaveLength(4)
    for (const path of files) {
      expect(path).toMatch(/^\/docs\/files\//)
      expect((await shop.request.get(path)).status).toBe(200)
    }
  })

  it.each([
    "/docs/files/package.json",
    "/docs/files/../../package.json",
    "/docs/files/%2e%2e%2fpackage.json",
  ])("does not serve %s", async (path) => {
    expect((await shop.request.get(path)).status).toBe(404)
  })
})
