import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { JWT, asAdmin } from "./support/tokens.ts"

const shop = await startShop({ worker: false, variables: JWT })
afterAll(() => shop[Symbol.asyncDispose]())

describe("the admin page", () => {
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
