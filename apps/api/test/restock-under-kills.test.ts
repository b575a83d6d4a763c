import supertest from "supertest"
import { expect, it } from "vitest"
import { createDatabase, createTestRedis } from "./support/database.ts"
import { startProcess } from "./support/processes.ts"
import { createTrade, insist, keyed, times } from "./support/trade.ts"

const KEYS = times(24, (n) => `restock-${n}`)

it("a restock with a key counts once, however often the process is killed in between", async () => {
  await using database = await createDatabase()
  await using redis = await createTestRedis()
  const environment = { DATABASE_URL: database.url, REDIS_URL: redis.url, PORT: "0" }
  const start = async () => {
    const process = startProcess("main", environment)
    return { process, url: String((await process.logged("listening")).url) }
  }
  const restock = (url: string, key: string) =>
    insist(async () => supertest(url).post("/admin/products/1/restock").set(keyed(key)).send({ quantity: 3 }))
  const answers = new Map<string, string>()
  const contradictions: string[] = []
  function note(key: string, { status, text }: { status: number; text: string }) {
    const first = answers.get(key) ?? `${status} ${text}`
    if (first !== `${status} ${text}`) contradictions.push(`${key}: ${first}, then ${status} ${text}`)
    answers.set(key, first)
  }

  for (const answered of [1, 6, 11]) {
    const { process, url } = await start()
    if (answered === 1) await supertest(url).post("/init").send({ products: 1, stock: 10 })
    let left = answered
    const sent = KEYS.map(async (key) => {
      note(key, await restock(url, key))
      if (--left === 0) process.kill("SIGKILL")
    })
    await Promise.allSettled(sent)
    await process.exited
  }
  expect(answers.size).toBeGreaterThan(0)

  await using stack = new AsyncDisposableStack()
  const { process: last, url } = await start()
  stack.use(last)
  const trade = createTrade(supertest(url))
  for (const key of KEYS) note(key, await restock(url, key))
  expect(contradictions).toEqual([])
  expect([...answers.values()].filter((answer) => !answer.startsWith("201 "))).toEqual([])
  expect(await trade.stockOf(1)).toBe(10 + 3 * KEYS.length)
  expect(await trade.violations()).toEqual({})
})
