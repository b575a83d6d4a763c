import express from "express"
import request from "supertest"
import { SignJWT } from "jose"
import { describe, expect, it } from "vitest"
import { pino } from "pino"
import { z } from "zod"
import { authentication } from "../auth/authentication.ts"
import { createGuard } from "../auth/guard.ts"
import { loadEnv } from "../env.ts"
import { jsonBody } from "./body.ts"
import { defineRoute } from "./define-route.ts"
import { IdText } from "./fields.ts"
import { mountRoutes, mountUnmatched } from "./mount.ts"
import { problemHandler } from "./problem.ts"

const SECRET = "a secret of thirty-two characters"
const Item = z.object({ id: z.number(), name: z.string() })
const common = {
  tag: "Items",
  input: { path: z.object({ id: IdText }) },
  answer: { status: 200, schema: Item, description: "The item" },
} as const

const definition = {
  ...common,
  id: "getItem",
  method: "GET",
  path: "/items/:id/name",
  summary: "Shows an item",
  access: { who: "anyone" },
  handle: async () => ({ id: 1, name: "n" }),
} as const

const routes = [
  defineRoute(definition),
  defineRoute({
    ...common,
    id: "renameItem",
    method: "PATCH",
    path: "/items/:id",
    summary: "Renames an item",
    input: { ...common.input, body: z.object({ name: z.string() }) },
    access: { who: "scope", scope: "shop:admin" },
    handle: async ({ path, body }) => ({ id: path.id, name: body.name }),
  }),
  defineRoute({
    ...common,
    id: "deleteItem",
    method: "DELETE",
    path: "/items/:id",
    summary: "Deletes an item of a user",
    access: { who: "owner", userOf: ({ path }) => path.id, orScope: "shop:till" },
    handle: async ({ path }) => ({ id: path.id, name: "gone" }),
  }),
]

function createTestApp(variables: Record<string, string>) {
  const services = { DATABASE_URL: "postgres://u:p@db:5432/shop", REDIS_URL: "redis://cache:6379" }
  const env = loadEnv({ ...services, ...variables })
  const app = express().use(...(env.AUTH === "jwt" ? [authentication(env)] : []), jsonBody())
  mountRoutes(
    app,
    routes,
    createGuard(env, async (subject) => Number(subject)),
  )
  mountUnmatched(app, routes)
  return request(app.use(problemHandler({ logger: pino({ enabled: false }) })))
}

const bearer = async (subject: string, scope?: unknown) => {
  const token = new SignJWT({ ...(scope !== undefined && { scope }) })
  const signed = token.setProtectedHeader({ alg: "HS256" }).setSubject(subject).setExpirationTime("1 min")
  return `Bearer ${await signed.sign(new TextEncoder().encode(SECRET))}`
}

describe("a route", () => {
  it("validates its input, answers, and refuses other methods with 405", async () => {
    const app = createTestApp({})
    await app.patch("/items/7").send({ name: "n" }).expect(200, { id: 7, name: "n" })
    await app.delete("/items/7").expect(200, { id: 7, name: "gone" })
    const wrong = await app.patch("/items/x").send({ name: 1 }).expect(400)
    expect(wrong.body).toMatchObject({ code: "BAD_REQUEST" })
    const other = await app.put("/items/7").send({}).expect(405)
    expect(other.headers["allow"]).toBe("PATCH, DELETE")
    await app.get("/items/7/name").expect(200, { id: 1, name: "n" })
    await app.get("/nothing").expect(404)
  })

  it("without an access rule neither compiles nor starts", () => {
    const { access: _missing, ...unguarded } = definition
    // @ts-expect-error -- the access rule is missing
    expect(() => defineRoute(unguarded)).toThrow(TypeError)
  })

  it.each([
    ["no scope", undefined, 403],
    ["a scope that is no text", ["shop:admin"], 403],
    ["another scope", "shop:till shop:administrator", 403],
    ["its scope among others", "shop:till shop:admin", 200],
  ])("for a scope, called with a token with %s, answers %3$i", async (_what, scope, status) => {
    const app = createTestApp({ AUTH: "jwt", AUTH_JWT_SECRET: SECRET })
    const call = app.patch("/items/7").send({ name: "n" })
    expect(await call.set("Authorization", await bearer("7", scope))).toMatchObject({ status })
  })

  it("of a user is also open to its other scope, and to nobody else", async () => {
    const app = createTestApp({ AUTH: "jwt", AUTH_JWT_SECRET: SECRET })
    const call = async (subject: string, scope?: string) =>
      app.delete("/items/7").set("Authorization", await bearer(subject, scope))
    expect(await app.delete("/items/7")).toMatchObject({ status: 401 })
    expect(await call("7")).toMatchObject({ status: 200 })
    expect(await call("8", "shop:till")).toMatchObject({ status: 200 })
    expect(await call("8", "shop:admin")).toMatchObject({ status: 403 })
  })
})
