import express from "express"
import type { ErrorRequestHandler, RequestHandler } from "express"
import request from "supertest"
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { defineRoute } from "./define-route.ts"
import { createDispatcher } from "./dispatch.ts"
import { IdText } from "./fields.ts"
import { mountRoutes, mountUnmatched } from "./mount.ts"
import { routeOf } from "./route.ts"
import { listen } from "./server.ts"

const Seen = z.object({ route: z.string(), id: z.number().optional(), q: z.string().optional() })
const common = {
  tag: "Items",
  summary: "Says what it was asked for",
  access: { who: "anyone" },
  answer: { status: 200, schema: Seen, description: "What it was asked for" },
} as const

const routes = [
  defineRoute({
    ...common,
    id: "listItems",
    method: "GET",
    path: "/items",
    input: { query: z.object({ q: z.string().optional() }) },
    handle: async ({ query }) => ({ route: "list", q: query.q }),
  }),
  defineRoute({
    ...common,
    id: "getTop",
    method: "GET",
    path: "/items/top",
    handle: async () => ({ route: "top" }),
  }),
  defineRoute({
    ...common,
    id: "getItem",
    method: "GET",
    path: "/items/:id",
    input: { path: z.object({ id: IdText }) },
    handle: async ({ path }) => ({ route: "one", id: path.id }),
  }),
  defineRoute({
    ...common,
    id: "sellItem",
    method: "POST",
    path: "/items/:id/sales",
    input: { path: z.object({ id: IdText }) },
    handle: async () => {
      throw new Error("sold out")
    },
  }),
]

const labels: string[] = []
const steps: RequestHandler[] = [
  (req, res, next) => {
    res.on("close", () => labels.push(`${req.method} ${routeOf(req)}`))
    next()
  },
  (req, _res, next) => {
    if (req.headers["x-fail"] === "thrown") throw new Error("thrown")
    next(req.headers["x-fail"] === "given" ? new Error("given") : undefined)
  },
  async (req, _res, next) => {
    if (req.headers["x-fail"] === "rejected") throw new Error("rejected")
    next()
  },
]

// oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
const pass: ErrorRequestHandler = (error: unknown, _req, _res, next) => next(error)
// oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
const refuse: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
  res.status(400).json({ error: error instanceof Error ? error.message : "none" })
}

const app = express()
const guard = () => ({})
mountRoutes(app, routes, guard)
mountUnmatched(app, routes)
app.use(pass, refuse)
const { listener, messages } = createDispatcher({
  express: app,
  steps,
  routes,
  guard,
  errorHandlers: [pass, refuse],
})
const server = await listen(listener, { host: "127.0.0.1", port: 0, messages })
afterAll(() => server.close())
const client = request(server.url)

describe("a path", () => {
  it.each([
    [["/items", "/items/", "/ITEMS"], { route: "list" }, "GET /items"],
    [["/items?q=a%20b", "/Items?q=a+b"], { route: "list", q: "a b" }, "GET /items"],
    [["/items/top", "/items/TOP", "/items/top/"], { route: "top" }, "GET /items/top"],
    [["/items/17", "/items/17/", "/Items/17", "/items/%317"], { route: "one", id: 17 }, "GET /items/:id"],
  ])("has one answer and one label, however it is spelled: %j", async (spellings, answer, label) => {
    labels.length = 0
    for (const path of spellings) expect((await client.get(path).expect(200)).body).toEqual(answer)
    await expect.poll(() => labels).toEqual(spellings.map(() => label))
  })

  it.each(["/items/:id", "/items/0", "/items/abc", "/items/%E0%A4%A"])("%s is refused", async (path) => {
    expect((await client.get(path)).status).toBe(400)
  })

  it("that is not there, or not for this method, has no label of its own", async () => {
    labels.length = 0
    await client.get("/nothing")
    await client.delete("/items/17")
    await expect.poll(() => labels).toEqual(["GET unmatched", "DELETE unmatched"])
  })

  it("answers HEAD as GET, without a body", async () => {
    const { status, text } = await client.head("/items/17")
    expect([status, text]).toEqual([200, undefined])
  })
})

describe("what fails is refused in one place", () => {
  it.each(["thrown", "given", "rejected"])("a step's error that is %s", async (how) => {
    for (const path of ["/items/17", "/items/17/"]) {
      const { status, body } = await client.get(path).set("X-Fail", how)
      expect([status, body]).toEqual([400, { error: how }])
    }
  })

  it("a handler's", async () => {
    for (const path of ["/items/17/sales", "/ITEMS/17/sales"]) {
      const { status, body } = await client.post(path)
      expect([status, body]).toEqual([400, { error: "sold out" }])
    }
  })
})

it("makes messages that Express finds as it would have made them", async () => {
  expect(app.request).toBe(messages.IncomingMessage.prototype)
  expect(app.response).toBe(messages.ServerResponse.prototype)
})
