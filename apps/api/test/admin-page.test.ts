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
