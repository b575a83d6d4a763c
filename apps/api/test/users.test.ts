import { afterAll, describe, expect, it } from "vitest"
import { startApi, startShop } from "./support/api.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())

const idOf = async (name: string) => shop.request.get(`/users/id?name=${encodeURIComponent(name)}`)

describe("GET /users/id", () => {
  it("answers the bare number, the same each time", async () => {
    const first = await idOf("minji")
    expect(first.status).toBe(200)
    expect(first.text).toMatch(/^\d+$/)
    expect((await idOf("minji")).text).toBe(first.text)
  })

  it("creates one user when 300 ask for a new name at once", async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => idOf("newcomer")))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(await shop.deps.readDb.user.count({ where: { name: "newcomer" } })).toBe(1)
  })

  it("finds and creates many users at once, also from two processes, each of them once", async () => {
    await using other = await startApi(shop)
    const names = Array.from({ length: 300 }, (_, n) => `user ${(n * 7) % 300} "\\ '`)
    const idsOf = (api: Pick<typeof shop, "request">, asked: string[]) =>
      Promise.all(
        asked.map(async (name) => (await api.request.get(`/users/id?name=${encodeURIComponent(name)}`)).text),
      )
    const old = await idsOf(shop, names.slice(0, 50))
    const [here, there] = await Promise.all([idsOf(shop, names), idsOf(other, names.toReversed())])
    expect(here.slice(0, 50)).toEqual(old)
    expect(there.toReversed()).toEqual(here)
    expect(new Set(here).size).toBe(300)
    expect(await shop.deps.readDb.user.count({ where: { name: { startsWith: "user " } } })).toBe(300)
  })

  it.each(["a", "x".repeat(100), "😀".repeat(100), "김민지", "O'Brien; DROP TABLE users", "%00", "../.."])(
    "takes the name %j",
    async (name) => {
      expect((await idOf(name)).status).toBe(200)
      expect(await shop.deps.readDb.user.count({ where: { name } })).toBe(1)
    },
  )

  it("finds one user by every spelling of a name", async () => {
    const composed = "Zo\u00e9 Kim"
    const spellings = [
      composed,
      composed.normalize("NFD"),
      ` ${composed} `,
      `Zo\u00e9\u200b Kim`,
      `\u202e${composed}`,
      `${composed}\ufeff`,
    ]
    const ids = await Promise.all(spellings.map(async (name) => (await idOf(name)).text))
    expect(new Set(ids).size).toBe(1)
    expect(await shop.deps.readDb.user.count({ where: { name: composed } })).toBe(1)
  })

  it.each([
    "",
    " ",
    "\u200b",
    "x".repeat(101),
    "😀".repeat(101),
    "a\u0000",
    "a\nb",
    "\u0085",
    "\u2028",
    "\u2029",
  ])("refuses the name %j", async (name) => {
    expect((await idOf(name)).status).toBe(400)
  })
})

describe("the products", () => {
  it("are listed by id, and one at a time", async () => {
    await shop.request.post("/init").send({ products: 3, price: 1_500, stock: 9 })
    const [, second] = [1, 2, 3].map((n) => ({ productId: n, name: `p${n}`, price: 1_500, stock: 9 }))
    expect((await shop.request.get("/products/2")).body).toEqual(second)
    expect((await shop.request.get("/products?after=1&limit=1")).body).toEqual([second])
    expect(await shop.request.get("/products/4")).toMatchObject({
      status: 404,
      body: { code: "PRODUCT_NOT_FOUND" },
    })
  })
})
