import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { createShelf } from "./support/shop.ts"

const shop = await startShop()
const shelf = createShelf(shop.deps.writeDb)
afterAll(() => shop[Symbol.asyncDispose]())

/** The value of a series of /metrics, whatever its other labels. */
async function value(name: string, label = ""): Promise<number> {
  const { text } = await shop.request.get("/metrics")
  const line = text.split("\n").find((known) => known.startsWith(`${name}{`) && known.includes(label))
  return line === undefined ? Number.NaN : Number(line.split(" ").at(-1))
}

const underWay = async () =>
  (await value("saleproof_orders_queued")) + (await value("saleproof_orders_committing"))

describe("the API's metrics", () => {
  it("show the pools as they are, and every wait for a connection, those in vain too", async () => {
    const { writeDb } = shop.deps
    const before = await value("saleproof_db_pool_acquire_seconds_count", 'pool="write"')
    const max = await value("saleproof_db_pool_max", 'pool="write"')
    const [free, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let begun = 0
    const holders = Array.from({ length: max }, () =>
      writeDb.$transaction(async () => {
        if (++begun === max) gate.resolve()
        await free.promise
      }),
    )
    await gate.promise
    const refused = await writeDb.$queryRaw`SELECT 1`.catch((error: unknown) => error)
    // Prisma asks only once somebody waits for the answer.
    const waiting = writeDb.$queryRaw`SELECT 1`.then(() => "answered")
    await expect.poll(() => value("saleproof_db_pool_waiting", 'pool="write"')).toBe(1)
    expect(await value("saleproof_db_pool_connections", 'pool="write"')).toBe(max)
    expect(await value("saleproof_db_pool_busy", 'pool="write"')).toBe(max)
    free.resolve()
    await Promise.all(holders)

    expect(await waiting).toBe("answered")
    expect(refused).toBeInstanceOf(Error)
    await expect.poll(() => value("saleproof_db_pool_busy", 'pool="write"')).toBe(0)
    const after = await value("saleproof_db_pool_acquire_seconds_count", 'pool="write"')
    expect(after - before).toBe(max + 2)
    expect(await value("saleproof_db_pool_acquire_seconds_sum", 'pool="write"')).toBeGreaterThan(1.9)
  })

  it("show the orders that wait, those in a transaction, and how long that took", async () => {
    const userId = await shelf.user({ balance: 1_000_000 })
    const productId = await shelf.product()
    const order = async () =>
      shop.request.post("/orders").send({ userId, items: [{ productId, quantity: 1 }] })
    await order()
    const before = await value("saleproof_order_commit_seconds_count")
    const [free, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holder = shop.deps.readDb.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE users SET balance = balance WHERE id = ${userId}`
      held.resolve()
      await free.promise
    })
    await held.promise
    const orders: ReturnType<typeof order>[] = []
    do {
      orders.push(order())
      await expect.poll(underWay).toBe(orders.length)
    } while ((await value("saleproof_orders_queued")) === 0)
    orders.push(order(), order())
    await expect.poll(() => value("saleproof_orders_queued")).toBe(3)
    expect(await value("saleproof_orders_committing")).toBe(orders.length - 3)
    free.resolve()
    await holder
    const answers = await Promise.all(orders)

    expect(answers.every(({ status }) => status === 201)).toBe(true)
    expect(await underWay()).toBe(0)
    const commits = (await value("saleproof_order_commit_seconds_count")) - before
    expect(commits).toBeGreaterThanOrEqual(2)
    expect(commits).toBeLessThanOrEqual(orders.length)
  })
})
