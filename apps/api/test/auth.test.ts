import { afterAll, describe, expect, it } from "vitest"
import type { Route } from "../src/http/define-route.ts"
import { startShop } from "./support/api.ts"
import { startOwnedOrder } from "./support/owned-order.ts"
import { as, asAdmin, asTill, tokenOf } from "./support/tokens.ts"

const { shop, policyIds, owner, stranger, items, orderId } = await startOwnedOrder()
afterAll(() => shop[Symbol.asyncDispose]())
const webhook = async () => {
  const body = { url: "http://127.0.0.1:1/", events: ["order.placed"] }
  const made = await shop.request
    .post("/admin/webhooks")
    .set(await asAdmin("admin"))
    .send(body)
  return Number(Object(made.body).webhookId)
}

/** A request of each route that works when its owner sends it. */
const REQUESTS: Record<string, { path: string; body?: object }> = {
  "POST /orders": { path: "/orders", body: { userId: owner, items } },
  "POST /orders/:id/cancel": { path: `/orders/${orderId}/cancel` },
  "GET /orders/:id": { path: `/orders/${orderId}` },
  "GET /users/:id/orders": { path: `/users/${owner}/orders` },
  "POST /users/:id/balance": { path: `/users/${owner}/balance`, body: { amount: 1 } },
  "GET /users/:id/balance": { path: `/users/${owner}/balance` },
  "GET /users/:id/balance/history": { path: `/users/${owner}/balance/history` },
  "POST /coupons": { path: `/coupons?userId=${owner}&policyId=${policyIds[0]}` },
  "GET /users/:id/coupons": { path: `/users/${owner}/coupons` },
  "GET /users/id": { path: "/users/id?name=u1" },
  "GET /products": { path: "/products" },
  "GET /products/:id": { path: "/products/1" },
  "GET /products/top": { path: "/products/top" },
  "GET /products/top/realtime": { path: "/products/top/realtime" },
  "GET /": { path: "/healthz" },
  "GET /healthz": { path: "/healthz" },
  "GET /readyz": { path: "/readyz" },
  "GET /metrics": { path: "/metrics" },
  "GET /openapi.json": { path: "/openapi.json" },
  "GET /docs": { path: "/docs" },
  "GET /audit": { path: "/audit" },
  "POST /users": { path: "/users", body: { name: "new" } },
  "POST /admin/products": { path: "/admin/products", body: { name: "new", price: 1, stock: 1 } },
  "PATCH /admin/products/:id": { path: "/admin/products/1", body: { name: "p1" } },
  "POST /admin/products/:id/restock": { path: "/admin/products/1/restock", body: { quantity: 1 } },
  "POST /admin/policies": { path: "/admin/policies", body: { total: 1, discountAmount: 1 } },
  "PATCH /admin/policies/:id": { path: `/admin/policies/${policyIds[0]}`, body: { closed: false } },
  "GET /admin/journal": { path: "/admin/journal" },
  "GET /admin": { path: "/admin" },
  "POST /admin/session": { path: "/admin/session" },
  "DELETE /admin/session": { path: "/admin/session" },
  "GET /admin/webhooks": { path: "/admin/webhooks" },
  "POST /admin/webhooks": {
    path: "/admin/webhooks",
    body: { url: "http://127.0.0.1:1/", events: ["order.placed"] },
  },
  "DELETE /admin/webhooks/:id": { path: `/admin/webhooks/${await webhook()}` },
  "POST /admin/webhooks/:id/redeliver": { path: `/admin/webhooks/${await webhook()}/redeliver` },
}

const routes = new Map(shop.routes.map(({ method, path, who }) => [`${method} ${path}`, who]))
// It would empty the shop under the other tests, which send it first.
routes.delete("POST /init")
const routesFor = (...who: Route["who"][]) =>
  [...routes].filter(([, own]) => who.includes(own)).map(([name]) => name)

async function send(name: string, headers: Record<string, string> = {}) {
  const { path, body } = REQUESTS[name] ?? { path: `no request of ${name}` }
  const method =
    ({ POST: "post", PATCH: "patch", DELETE: "delete" } as const)[name.split(" ")[0] ?? ""] ?? "get"
  return shop.request[method](path).set(headers).send(body)
}

const stateOf = async (user: number) => {
  const headers = await as(user)
  const paths = ["balance", "balance/history", "orders", "coupons?status=all"]
  return Promise.all(
    paths.map(async (path) => (await shop.request.get(`/users/${user}/${path}`).set(headers)).text),
  )
}

/** The headers of a caller whom the route lets in. */
const permitted = async (name: string) => {
  if (!routesFor("scope").includes(name)) return as(owner)
  return name === "POST /users/:id/balance" ? asTill("till") : asAdmin("admin")
}

/** The headers of a caller with the other scope. */
const asOther = async (name: string) =>
  name === "POST /users/:id/balance" ? asAdmin("admin") : asTill("till")

describe("with AUTH=jwt every route", () => {
  it("has a request in this test, and none is left over", () => {
    expect(Object.keys(REQUESTS).toSorted()).toEqual([...routes.keys()].toSorted())
  })

  it("that shows or changes what is a user's is for that user alone", () => {
    const theirs = ["GET /orders/:id", "POST /coupons", "POST /orders", "POST /orders/:id/cancel"]
    const underUser = [...routes.keys()].filter((name) => /^GET .*\/users\/:id\//.test(name))
    expect(routesFor("owner", "buyer").toSorted()).toEqual([...theirs, ...underUser].toSorted())
    expect(routesFor("authenticated", "anyone").filter((name) => name.startsWith("POST"))).toEqual([])
  })

  it.each(routesFor("anyone", "lab"))("%s answers without a token", async (name) => {
    expect(await send(name)).toMatchObject({ status: name === "DELETE /admin/session" ? 204 : 200 })
  })

  it.each(routesFor("owner", "buyer", "scope", "authenticated"))(
    "%s refuses who has no token or a bad one",
    async (name) => {
      const before = await stateOf(owner)
      const none = await send(name)
      expect(none).toMatchObject({ status: 401, body: { code: "UNAUTHORIZED", status: 401 } })
      expect(none.headers["content-type"]).toMatch(/^application\/problem\+json/)
      expect(none.headers["www-authenticate"]).toBe('Bearer realm="saleproof"')
      const token = await tokenOf(owner)
      const bad = [
        `Bearer ${token}x`,
        `Bearer ${token.slice(0, -20)}`,
        `Basic ${token}`,
        token,
        "Bearer",
        "Bearer  ",
      ]
      for (const Authorization of bad) {
        const refused = await send(name, { Authorization })
        expect(refused).toMatchObject({ status: 401, body: { code: "UNAUTHORIZED" } })
        expect(refused.headers["www-authenticate"]).toContain('error="invalid_token"')
      }
      expect(await stateOf(owner)).toEqual(before)
    },
  )

  it.each([
    { wrong: "no JSON", type: "application/json", body: "{", status: 400 },
    { wrong: "too large", type: "application/json", body: `{"a":"${"a".repeat(70_000)}"}`, status: 413 },
    { wrong: "of another type", type: "text/plain", body: "{}", status: 415 },
  ])(
    "says that token or scope are missing before that the body is $wrong",
    async ({ type, body, status }) => {
      for (const path of ["/orders", "/admin/products", `/users/${owner}/balance`]) {
        const sent = (headers: Record<string, string>) =>
          shop.request.post(path).set(headers).type(type).send(body)
        expect(await sent({})).toMatchObject({ status: 401, body: { code: "UNAUTHORIZED" } })
        expect(await sent({ Authorization: "Bearer x.y.z" })).toMatchObject({ status: 401 })
        const isOwners = path === "/orders"
        expect((await sent(await as(owner))).status).toBe(isOwners ? status : 403)
        expect((await sent(await permitted(`POST ${path.replace(String(owner), ":id")}`))).status).toBe(
          status,
        )
      }
      expect((await shop.request.post("/init").type(type).send(body)).status).toBe(status)
    },
  )

  it.each(routesFor("owner"))("%s refuses the token of somebody else with 403", async (name) => {
    const before = await stateOf(owner)
    for (const subject of [stranger, `0${owner}`, `${owner}.0`, ` ${owner}`, "NaN", `${owner}\u0000`]) {
      const refused = await send(name, await as(subject))
      expect(refused).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } })
      expect(refused.text).not.toContain(String(owner))
    }
    expect(await stateOf(owner)).toEqual(before)
  })

  it.each(routesFor("scope"))("%s refuses every token without its scope with 403", async (name) => {
    const before = await stateOf(owner)
    for (const headers of [await as(owner), await as("admin"), await asOther(name)]) {
      const refused = await send(name, headers)
      expect(refused).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } })
    }
    expect(await stateOf(owner)).toEqual(before)
  })

  it.each(routesFor("owner", "buyer", "scope", "authenticated"))(
    "%s answers who may call it",
    async (name) => {
      const answer = await send(name, await permitted(name))
      expect([200, 201, 204]).toContain(answer.status)
      expect(answer.headers["cache-control"]).toBe("no-store")
    },
  )
})

describe("the OpenAPI document", () => {
  it("asks for the token where the API does, and only with AUTH=jwt", async () => {
    await using open = await startShop({ worker: false })
    const operationsOf = async (api: typeof open) => {
      const { paths, components } = Object((await api.request.get("/openapi.json")).body)
      return { paths, schemes: Object.keys(components.securitySchemes) }
    }
    const [guarded, plain] = [await operationsOf(shop), await operationsOf(open)]
    expect(guarded.schemes).toEqual(["labToken", "userToken"])
    expect(plain.schemes).toEqual(["labToken"])
    for (const [name, who] of routes) {
      const [method = "", path = ""] = name.split(" ")
      const at = path.replaceAll(/:(\w+)/g, "{$1}")
      const needsToken = who !== "anyone" && who !== "lab"
      const operation = guarded.paths[at][method.toLowerCase()]
      expect(Boolean(operation.security?.some((one: object) => "userToken" in one))).toBe(needsToken)
      // Without tokens too, a page of another server may not write what is under /admin.
      const checksOrigin = method !== "GET" && path.startsWith("/admin/")
      expect("403" in operation.responses).toBe(who === "owner" || who === "scope" || checksOrigin)
      expect("403" in plain.paths[at][method.toLowerCase()].responses).toBe(checksOrigin)
    }
  })
})
