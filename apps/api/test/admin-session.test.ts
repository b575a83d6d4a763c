import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { JWT, as, asAdmin } from "./support/tokens.ts"

const shop = await startShop({ worker: false, variables: JWT })
afterAll(() => shop[Symbol.asyncDispose]())
await shop.request.post("/init").send({ users: 1, products: 3 })

describe("a session of the admin page", () => {
  const cookieOf = async () => {
    const made = await shop.request.post("/admin/session").set(await asAdmin("boss"))
    expect(made.status).toBe(204)
    return String(made.headers["set-cookie"]).split(";")[0] ?? ""
  }
  const close = (headers: Record<string, string>) =>
    shop.request.patch("/admin/products/1").set(headers).send({ closed: false })

  it("lets a write in that comes from a page of this server, and no other", async () => {
    const cookie = { Cookie: await cookieOf() }
    const { host, port } = new URL(shop.url)
    expect((await close({ ...cookie, Origin: `http://${host}` })).status).toBe(200)
    for (const Origin of ["http://evil.example", `http://127.0.0.1:${Number(port) + 1}`, "null"]) {
      expect(await close({ ...cookie, Origin })).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } })
    }
    expect((await close(cookie)).status).toBe(403)
  })

  it("ends when a page of this server says so, and no other; also one whose token is not valid any more", async () => {
    const { host } = new URL(shop.url)
    const end = (headers: Record<string, string>) => shop.request.delete("/admin/session").set(headers)
    for (const Cookie of [await cookieOf(), "saleproof_admin=a.b.c"]) {
      expect(await end({ Cookie, Origin: "http://evil.example" })).toMatchObject({ status: 403 })
      expect((await end({ Cookie })).status).toBe(403)
      const ended = await end({ Cookie, Origin: `http://${host}` })
      expect(ended.status).toBe(204)
      const [cleared = ""] = [ended.headers["set-cookie"]].flat()
      expect(cleared).toMatch(
        /^saleproof_admin=; Path=\/admin; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly/,
      )
      expect(ended.headers["cache-control"]).toBe("no-store")
    }
  })

  it("takes an Idempotency-Key, and gives the cookie at each repeat", async () => {
    const start = async (key: string) =>
      shop.request.post("/admin/session").set(await asAdmin("boss", { "Idempotency-Key": key }))
    for (const attempt of [await start("k"), await start("k")]) {
      expect(attempt).toMatchObject({ status: 204, text: "" })
      expect(String(attempt.headers["set-cookie"])).toContain("HttpOnly")
    }
    expect(await start("no key")).toMatchObject({ status: 400 })
  })

  it("is good for what is under /admin alone", async () => {
    const cookie = { Cookie: await cookieOf() }
    expect((await shop.request.get("/admin/journal").set(cookie)).status).toBe(200)
    expect((await shop.request.get("/users/1/balance").set(cookie)).status).toBe(401)
  })

  it("needs the scope, and gives no cookie without it", async () => {
    const refused = await shop.request.post("/admin/session").set(await as("somebody"))
    expect(refused.status).toBe(403)
    expect(refused.headers["set-cookie"]).toBeUndefined()
  })

  it("is asked for in HTML by a browser, and with a problem by others", async () => {
    const page = await shop.request.get("/admin").set({ Accept: "text/html" })
    expect(page.status).toBe(401)
    expect(page.headers["content-type"]).toContain("text/html")
    expect(page.headers["content-security-policy"]).toContain("script-src 'self'")
    expect(await shop.request.get("/admin")).toMatchObject({ status: 401, body: { code: "UNAUTHORIZED" } })
    const { paths } = Object((await shop.request.get("/openapi.json")).body)
    for (const status of ["401", "403"]) {
      const types = Object.keys(paths["/admin"].get.responses[status].content)
      expect(types).toEqual(["application/problem+json", "text/html"])
    }
  })
})
