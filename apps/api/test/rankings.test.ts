import { afterAll, describe, expect, it } from "vitest"
import { defined } from "./support/defined.ts"
import { SeedResult } from "../src/lab/schema.ts"
import { Ranking } from "../src/rankings/schema.ts"
import { startShop } from "./support/api.ts"

const shop = await startShop()
afterAll(() => shop[Symbol.asyncDispose]())

async function seed(request: object = {}) {
  const { productIds } = SeedResult.parse((await shop.request.post("/init").send(request)).body)
  const userId = Number((await shop.request.get("/users/id?name=u1")).body)
  await shop.request.post(`/users/${userId}/balance`).send({ amount: 100_000_000 })
  const order = async (items: [place: number, quantity: number][]) =>
    shop.request.post("/orders").send({
      userId,
      items: items.map(([place, quantity]) => ({ productId: productIds[place - 1], quantity })),
    })
  return { productIds, order }
}

const realtime = async (query = "") =>
  Ranking.parse((await shop.request.get(`/products/top/realtime${query}`)).body)
const counted = async (query = "") => Ranking.parse((await shop.request.get(`/products/top${query}`)).body)
const sold = (ranking: { name: string; soldQty: number }[]) =>
  ranking.map(({ name, soldQty }) => `${name} ${soldQty}`)

describe("the realtime ranking", () => {
  it("starts with what topSold says for each of three days, in Redis only", async () => {
    await seed({ topSold: [1, 0, 3] })
    expect(sold(await realtime())).toEqual(["p3 9", "p1 3"])
    await expect.poll(() => counted()).toEqual([])
  })

  it("knows an order a moment later", async () => {
    const { order } = await seed({ topSold: [] })
    expect(
      await order([
        [2, 3],
        [1, 1],
      ]),
    ).toMatchObject({ status: 201 })
    await expect.poll(async () => sold(await realtime())).toEqual(["p2 3", "p1 1"])
    await expect.poll(async () => sold(await counted())).toEqual(["p2 3", "p1 1"])
  })

  it("has the same order as the count where products are level", async () => {
    const { order } = await seed({ topSold: [], products: 12 })
    await order(Array.from({ length: 12 }, (_, index) => [index + 1, 2]))
    await expect.poll(() => realtime("?limit=12")).toHaveLength(12)
    await expect.poll(() => counted("?limit=12")).toEqual(await realtime("?limit=12"))
    expect((await realtime("?limit=3")).map(({ name }) => name)).toEqual(["p1", "p2", "p3"])
  })

  it("counts each of 300 orders at once exactly once", async () => {
    const { order } = await seed({ topSold: [], price: 1 })
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => order([[1 + (n % 5), 1 + (n % 3)]])),
    )
    expect(answers.every(({ status }) => status === 201)).toBe(true)
    await expect.poll(() => shop.deps.readDb.outboxEvent.count(), { timeout: 10_000 }).toBe(0)
    await expect.poll(async () => sold(await realtime())).toEqual(sold(await counted()))
    expect((await realtime()).reduce((sum, { soldQty }) => sum + soldQty, 0)).toBe(600)
  })

  it("is the same after Redis lost it", async () => {
    const { order } = await seed({ topSold: [10, 20] })
    await order([
      [1, 5],
      [3, 100],
    ])
    await expect.poll(async () => sold(await realtime())).toEqual(["p3 100", "p2 60", "p1 35"])
    await shop.redis.flushdb()
    await expect
      .poll(() => shop.request.get("/products/top/realtime"), { timeout: 10_000 })
      .toMatchObject({ status: 200 })
    expect(sold(await realtime())).toEqual(["p3 100", "p2 60", "p1 35"])
  })
})

describe("the names in both rankings", () => {
  it("are the products' own now, and new products have theirs", async () => {
    const { order, productIds } = await seed({ topSold: [], products: 1 })
    await order([[1, 4]])
    const { writeDb } = shop.deps
    await writeDb.product.update({ where: { id: defined(productIds[0]) }, data: { name: "renamed" } })
    const { id } = await writeDb.product.create({ data: { name: "new", price: 1, stock: 5, stocked: 5 } })
    await order([[1, 1]])
    const userId = Number((await shop.request.get("/users/id?name=u1")).body)
    await shop.request.post("/orders").send({ userId, items: [{ productId: id, quantity: 3 }] })
    await expect.poll(async () => sold(await realtime())).toEqual(["renamed 5", "new 3"])
    await expect.poll(async () => sold(await counted())).toEqual(["renamed 5", "new 3"])
  })
})

describe("the best sellers by the sums", () => {
  it("are of today and the two days before", async () => {
    const { order } = await seed({ topSold: [] })
    await order([[1, 4]])
    await expect.poll(() => shop.deps.readDb.outboxEvent.count()).toBe(0)
    await shop.deps.writeDb.$executeRaw`UPDATE product_sales SET day = day - 3`
    await order([[2, 1]])
    await expect.poll(async () => sold(await counted())).toEqual(["p2 1"])
  })
})
