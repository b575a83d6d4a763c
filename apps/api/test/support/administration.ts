import assert from "node:assert/strict"
import { JournalPage } from "../../src/administration/schema.ts"
import type { Client } from "./api.ts"
import { keyed } from "./trade.ts"

/** What an operator asks of the shop. */
export function createAdministration(request: Client) {
  const post = async (path: string, body: object, key?: string) =>
    request.post(path).set(keyed(key)).send(body)
  const patch = async (path: string, body: object, key?: string) =>
    request.patch(path).set(keyed(key)).send(body)
  const journal = async (query = "") => JournalPage.parse((await request.get(`/admin/journal${query}`)).body)

  async function newProduct(terms: object = {}): Promise<number> {
    const created = await post("/admin/products", { name: "tent", price: 2_000, stock: 10, ...terms })
    assert.equal(created.status, 201, created.text)
    return Number(Object(created.body).productId)
  }

  async function newPolicy(terms: object = {}): Promise<number> {
    const created = await post("/admin/policies", { total: 10, discountAmount: 500, ...terms })
    assert.equal(created.status, 201, created.text)
    return Number(Object(created.body).policyId)
  }

  return { post, patch, journal, newProduct, newPolicy }
}
