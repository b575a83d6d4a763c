import { env } from "node:process"
import { providePrograms } from "@saleproof/stack/provide/debian.ts"
import { silently } from "@saleproof/stack/provide/progress.ts"
import { chromium } from "playwright-core"
import type { Browser, BrowserContext } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { JWT, as, asAdmin, asTill, tokenOf } from "./support/tokens.ts"

const INSTALL_MS = 300_000

const shop = await startShop({ worker: false, variables: JWT })
afterAll(() => shop[Symbol.asyncDispose]())
let browser: Browser

beforeAll(async () => {
  await providePrograms(["chromium"], { env, progress: silently })
  // A container's kernel often lets nobody make the namespaces that the sandbox needs.
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] })
  await shop.request.post("/init").send({ users: 1, products: 3, stock: 7, policies: 2, couponsPerPolicy: 9 })
}, INSTALL_MS)
afterAll(() => browser?.close())

/** A page of the browser, with everything that its console complains about. */
async function openPage(context: BrowserContext) {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on("console", (message) => {
    // A status that is no success is an entry of the console, too.
    if (message.type() === "error" && !message.text().startsWith("Failed to load"))
      complaints.push(message.text())
  })
  page.on("pageerror", (error) => complaints.push(error.message))
  return { page, complaints }
}

async function signIn(context: BrowserContext, token: string) {
  const { page, complaints } = await openPage(context)
  await page.goto(`${shop.url}/admin`)
  await page.getByLabel("Token with the scope shop:admin").fill(token)
  await page.getByRole("button", { name: "Sign in" }).click()
  return { page, complaints }
}

const closed = async () => {
  const { body } = await shop.request.get("/products")
  return Array.isArray(body) ? body.map((product) => Object(product).closed === true) : body
}

describe("the page of the sale, in a browser", () => {
  it.each(["light", "dark"] as const)("shows the sale, closes and opens it (%s)", async (colorScheme) => {
    await using context = await browser.newContext({ colorScheme, viewport: { width: 1_100, height: 900 } })
    const { page, complaints } = await signIn(context, await tokenOf("boss", "shop:admin"))
    await page.getByRole("heading", { name: "Products" }).waitFor()
    await expect.poll(() => page.locator(".figures").innerText()).toMatch(/Open\n+3 of 3 products/)
    await expect.poll(() => page.locator(".light").innerText(), { timeout: 20_000 }).toBe("Clean")

    await page.getByRole("button", { name: "Close p2" }).click()
    await page.getByRole("button", { name: "Open p2" }).waitFor()
    expect(await closed()).toEqual([false, true, false])
    await page.getByRole("button", { name: "Close all" }).click()
    await expect.poll(() => page.locator(".figures").innerText()).toMatch(/Closed\n+0 of 3 products/)
    expect(await closed()).toEqual([true, true, true])
    await page.getByRole("button", { name: "Open all" }).click()
    await expect.poll(() => page.locator(".figures").innerText()).toMatch(/3 of 3 products/)
    expect(complaints).toEqual([])
    const background = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    expect(background).toBe(colorScheme === "dark" ? "rgb(17, 20, 24)" : "rgb(246, 247, 249)")
  })

  it("follows what happens without being loaded again", async () => {
    await using context = await browser.newContext()
    const { page } = await signIn(context, await tokenOf("boss", "shop:admin"))
    const stock = page.locator("tr", { hasText: "p1" }).locator("td").nth(2)
    await expect.poll(() => stock.innerText()).toBe("7")
    const { body } = await shop.request.get("/users/id?name=u1").set(await as("x"))
    await shop.request
      .post(`/users/${body}/balance`)
      .set(await asTill("till"))
      .send({ amount: 10_000 })
    await shop.request
      .post("/orders")
      .set(await asTill("till"))
      .send({ userId: body, items: [{ productId: 1, quantity: 2 }] })
      .expect(201)
    await expect.poll(() => stock.innerText()).toBe("5")
  })

  it("changes nothing but what is different while it follows: the focus and what is scrolled stay", async () => {
    await using context = await browser.newContext()
    const { page } = await signIn(context, await tokenOf("boss", "shop:admin"))
    await page.getByRole("button", { name: "Close p3" }).focus()
    await page.evaluate("window.kept = document.activeElement")
    const focused = async () =>
      page.evaluate(`[document.activeElement === window.kept, window.kept.ariaLabel]`)
    await shop.request
      .post("/admin/products/3/restock")
      .set(await asAdmin("boss"))
      .send({ quantity: 1_000 })
    await page.getByRole("cell", { name: "1,007" }).waitFor()
    expect(await focused()).toEqual([true, "Close p3"])
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Open p3" }).waitFor()
    expect(await focused()).toEqual([true, "Open p3"])
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Close p3" }).waitFor()
  })

  it.each([390, 800, 1_100])(
    "shows every button in a window of %i pixels, however long a name is",
    async (width) => {
      await shop.request
        .patch("/admin/products/2")
        .set(await asAdmin("boss"))
        .send({ name: "x".repeat(100), startsAt: "2020-01-01T00:00:00Z", endsAt: "2099-01-01T00:00:00Z" })
      await using context = await browser.newContext({ viewport: { width, height: 900 } })
      const { page } = await signIn(context, await tokenOf("boss", "shop:admin"))
      for (const name of ["Close p1", /^Close x/, "Close all", "Sign out"]) {
        const box = await page.getByRole("button", { name }).boundingBox()
        expect((box?.x ?? width) + (box?.width ?? 0)).toBeLessThanOrEqual(width)
      }
      await shop.request
        .patch("/admin/products/2")
        .set(await asAdmin("boss"))
        .send({ name: "p2", startsAt: null, endsAt: null })
    },
  )

  it("does nothing at the second click of a double click", async () => {
    await using context = await browser.newContext()
    const { page } = await signIn(context, await tokenOf("boss", "shop:admin"))
    const changes: string[] = []
    page.on(
      "request",
      (request) => void (request.method() === "PATCH" && changes.push(String(request.postData()))),
    )
    await page.getByRole("button", { name: "Close p1" }).hover()
    const click = async (clickCount: number) => {
      await page.mouse.down({ clickCount })
      await page.mouse.up({ clickCount })
    }
    await click(1)
    await page.getByRole("button", { name: "Open p1" }).waitFor()
    await click(2)
    await page.getByRole("button", { name: "Open p1" }).click()
    await page.getByRole("button", { name: "Close p1" }).waitFor()
    expect(changes).toEqual([`{"closed":true}`, `{"closed":false}`])
  })

  it("goes on saying why a change failed, and since when it is not live", async () => {
    await using context = await browser.newContext()
    const { page, complaints } = await signIn(context, await tokenOf("boss", "shop:admin"))
    await page.getByRole("heading", { name: "Products" }).waitFor()
    await page.setViewportSize({ width: 390, height: 400 })
    await page.route("**/admin/products/*", (route) =>
      route.fulfill({ status: 503, json: { detail: "Down" } }),
    )
    await page.getByRole("button", { name: "Close p1" }).click()
    await expect.poll(() => page.locator("#status").innerText()).toBe("Down")
    await page.evaluate(`document.getElementById("live").textContent = ""`)
    await expect.poll(() => page.locator("#live").innerText()).toMatch(/^Live, \d\d:\d\d:\d\d UTC$/)
    expect(await page.locator("#status").innerText()).toBe("Down")
    await page.getByRole("heading", { name: "Refusals by reason" }).scrollIntoViewIfNeeded()
    expect((await page.locator("#status").boundingBox())?.y).toBeGreaterThanOrEqual(0)
    await page.route("**/admin", (route) => route.abort())
    await expect
      .poll(() => page.locator("#live").innerText())
      .toMatch(/^As of .* UTC: The server does not answer$/)
    expect(complaints).toEqual([])
  })

  it("tries again what was too much at once", async () => {
    await using context = await browser.newContext()
    const { page } = await signIn(context, await tokenOf("boss", "shop:admin"))
    await page.route(
      "**/admin/products/2",
      (route) =>
        route.fulfill({ status: 429, headers: { "retry-after": "1" }, json: { detail: "Too many" } }),
      { times: 1 },
    )
    await page.getByRole("button", { name: "Close all" }).click()
    await expect.poll(() => page.locator("#status").innerText()).toBe("Closed 3 products")
    expect(await closed()).toEqual([true, true, true])
    await page.getByRole("button", { name: "Open all" }).click()
    await expect.poll(() => page.locator("#status").innerText()).toBe("Opened 3 products")
  })

  it("says of what cannot be a token that it is none", async () => {
    await using context = await browser.newContext()
    const { page, complaints } = await signIn(context, "t\u00f6ken")
    await expect.poll(() => page.locator("#status").innerText()).toBe("This is no token")
    expect(complaints).toEqual([])
  })

  it("asks for a token, and says why one is not enough", async () => {
    await using context = await browser.newContext()
    const { page } = await signIn(context, await tokenOf("somebody"))
    await expect.poll(() => page.locator("#status").innerText()).toContain("shop:admin")
    expect(await context.cookies()).toEqual([])
  })

  it("keeps the token where no script reads it, and sends it to no other site", async () => {
    await using context = await browser.newContext()
    const { page } = await signIn(context, await tokenOf("boss", "shop:admin"))
    await page.getByRole("heading", { name: "Products" }).waitFor()
    expect(await page.evaluate("document.cookie")).toBe("")
    expect(await context.cookies()).toMatchObject([{ httpOnly: true, sameSite: "Strict", path: "/admin" }])
  })

  it("signs out: the cookie is gone, and the page asks for a token again", async () => {
    await using context = await browser.newContext()
    const { page, complaints } = await signIn(context, await tokenOf("boss", "shop:admin"))
    await page.getByRole("button", { name: "Sign out" }).click()
    await page.getByRole("heading", { name: "Sign in" }).waitFor()
    expect(await context.cookies()).toEqual([])
    expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it("asks for a token again when the session ends elsewhere", async () => {
    await using context = await browser.newContext()
    const { page } = await signIn(context, await tokenOf("boss", "shop:admin"))
    await page.getByRole("heading", { name: "Products" }).waitFor()
    await context.clearCookies()
    await page.getByRole("heading", { name: "Sign in" }).waitFor()
    expect(await page.getByRole("heading", { name: "Products" }).count()).toBe(0)
  })
})

describe("a session", () => {
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

describe("the page", () => {
  it("calls open what can be had now, and nothing else", async () => {
    await shop.request.post("/init").send({ users: 1, products: 4, policies: 2 })
    const change = async (path: string, terms: object) =>
      shop.request
        .patch(`/admin/${path}`)
        .set(await asAdmin("boss"))
        .send(terms)
        .expect(200)
    const page = async () => {
      const { text } = await shop.request.get("/admin").set(await asAdmin("boss"))
      const cells = [...text.matchAll(/<td class="state">([^<]*)<\/td>/g)].map(([, state]) => state)
      const sale = /<h2>Sale<\/h2>\s*<p class="figure">([^<]*)<\/p>\s*<p>([^<]*)<\/p>/.exec(text)
      return { cells, sale: sale?.slice(1) }
    }
    const [, second] = (await shop.deps.readDb.couponPolicy.findMany({ orderBy: { id: "asc" } })).map(
      ({ id }) => id,
    )
    await change("products/1", { startsAt: "2099-01-01T00:00:30Z", maxPerUser: 2 })
    await change("products/2", { endsAt: "2020-01-01T00:00:00Z" })
    await change("products/3", { closed: true })
    await change(`policies/${second}`, { startsAt: "2099-01-01T00:00:00Z", endsAt: "2099-01-02T00:00:00Z" })
    expect(await page()).toEqual({
      cells: ["Not yet", "Over", "Closed", "Open", "Open", "Not yet"],
      sale: ["Open", "1 of 4 products, the next from 2099-01-01 00:00:30 UTC"],
    })
    await change("products/4", { closed: true })
    expect((await page()).sale).toEqual(["Not yet", "0 of 4 products, the next from 2099-01-01 00:00:30 UTC"])
    await change("products/1", { closed: true })
    expect((await page()).sale).toEqual(["Closed", "0 of 4 products"])
  })

  it("shows names as text, whatever is in them", async () => {
    const name = `<img src=x onerror="alert(1)">`
    await shop.request
      .post("/admin/products")
      .set(await asAdmin("boss"))
      .send({ name, price: 1, stock: 1 })
      .expect(201)
    const { text } = await shop.request.get("/admin").set(await asAdmin("boss"))
    expect(text).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;")
    expect(text).not.toContain("<img")
  })

  it("counts, opens and closes every product, also those beyond the ones that it lists", async () => {
    await shop.request.post("/init").send({ users: 1, products: 101, stock: 2 })
    await shop.request
      .patch("/admin/products/7")
      .set(await asAdmin("boss"))
      .send({ closed: true })
    const { text } = await shop.request.get("/admin").set(await asAdmin("boss"))
    expect(text).toContain("Products, the first 100 of 101")
    expect(text).toContain("<p>100 of 101 products</p>")
    expect(text).toContain('<p class="figure">202</p>')
    const ids = (closed: string) =>
      new RegExp(`data-products="([\\d,]*)"\\s+data-closed="${closed}"`).exec(text)?.[1]?.split(",") ?? []
    expect(ids("no")).toEqual(["7"])
    expect(ids("yes")).toHaveLength(100)
    expect(ids("yes")).toContain("101")
  })
})
