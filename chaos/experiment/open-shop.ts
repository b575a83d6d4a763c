import type { Http } from "../client/http.ts"
import { inParallel } from "../client/parallel.ts"
import type { Shop } from "../client/shopper.ts"
import type { Seed } from "../faults/fault.ts"

const AT_ONCE = 50

/** Empties and seeds the shop, and finds out what there is in it. */
export async function openShop({
  http,
  seed,
}: {
  http: Pick<Http, "send">
  seed: Seed & { users: number }
}): Promise<Shop> {
  const { users } = seed
  const initialized = await http.send({ method: "POST", path: "/init", body: seed })
  const { policyIds } = record(parse(initialized))
  const products = parse(await http.send({ method: "GET", path: "/products" }))
  const numbers = Array.from({ length: users }, (_, index) => index + 1)
  const userIds = await inParallel(numbers, { most: AT_ONCE, work: (number) => userId(http, number) })
  const stocks = new Map(list(products).map(productStock))
  return { policyIds: list(policyIds).map(Number), productIds: [...stocks.keys()], userIds, stocks }
}

async function userId(http: Pick<Http, "send">, number: number): Promise<number> {
  return Number(parse(await http.send({ method: "GET", path: `/users/id?name=u${number}` })))
}

function parse(outcome: Awaited<ReturnType<Http["send"]>>): unknown {
  if ("lost" in outcome) throw new Error(`the shop does not answer: ${outcome.lost}`)
  if (outcome.status !== 200) throw new Error(`the shop answers ${outcome.status}: ${outcome.body}`)
  return JSON.parse(outcome.body)
}

function productStock(product: unknown): [id: number, stock: number] {
  const { productId, stock } = record(product)
  return [Number(productId), Number(stock)]
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {}
}
