import { afterAll, expect, it } from "vitest"
import { createProductNames } from "../src/rankings/names.ts"
import { startShop } from "./support/api.ts"
import { createTrade } from "./support/trade.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())
const { readDb: db } = shop.deps
const { raw } = db

/** Product names whose clock the test moves, and how many statements read them. */
function createNames() {
  const seen = { time: 0, reads: 0 }
  const counted = new Proxy(raw, {
    get(target, name) {
      if (name === "$queryRaw") seen.reads++
      return Reflect.get(target, name)
    },
  })
  const names = createProductNames({ db: counted, maxQueued: 10, now: () => seen.time })
  return { seen, names }
}

it("product names are read again after 100 ms, also for an id that is no product", async () => {
  const { product } = await createTrade(shop.request).seed({ products: 1, topSold: [] })
  const { seen, names } = createNames()
  const ids = [product(1), 2_000_000_000]
  for (const time of [0, 99]) {
    seen.time = time
    expect([...(await names(ids)).keys()]).toEqual([product(1)])
  }
  expect(seen.reads).toBe(1)
  await db.$executeRaw`UPDATE products SET name = 'renamed' WHERE id = ${product(1)}::int`
  seen.time = 100
  expect((await names(ids)).get(product(1))).toBe("renamed")
  expect(seen.reads).toBe(2)
})
