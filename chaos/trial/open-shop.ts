import type { Http } from "../client/http.ts"
import type { Shop } from "../client/shopper.ts"
import type { Seed } from "../faults/fault.ts"

/** Empties and seeds the shop, and finds out what there is in it. */
export async function openShop({ http, seed }: { http: Pick<Http, "send">; seed: Seed }): Promise<Shop> {
  const initialised = await http.send({ method: "POST", path: "/init", body: seed })
  const { policyIds } = record(parse(initialised))
  const products = parse(await http.send({ method: "GET", path: "/products" }))
  const userIds: number[] = []
  for (let number = 1; number <= (seed.users ?? 0); number++) {
    const id = parse(await http.send({ method: "GET", path: `/users/id?name=u${number}` }))
    userIds.push(Number(id))
  }
  return { policyIds: list(policyIds).map(Number), productIds: list(products).map(productId), userIds }
}

function parse(outcome: Awaited<ReturnType<Http["send"]>>): unknown {
  if ("lost" in outcome) throw new Error(`the shop does not answer: ${outcome.lost}`)
  if (outcome.status !== 200) throw new Error(`the shop answers ${outcome.status}: ${outcome.body}`)
  return JSON.parse(outcome.body)
}

const productId = (product: unknown): number => Number(record(product).productId)

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {}
}
