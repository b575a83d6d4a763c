import { startShop } from "./api.ts"
import { JWT, as, asTill } from "./tokens.ts"

/** A shop with tokens in which a user, its owner, has an order, and a stranger has none; until it is disposed. */
export async function startOwnedOrder() {
  const shop = await startShop({ worker: false, variables: JWT })
  const { policyIds } = Object((await shop.request.post("/init").send({ users: 3 })).body)
  const idOf = async (name: string) =>
    Number((await shop.request.get(`/users/id?name=${name}`).set(await as("login"))).body)
  const [owner, stranger] = [await idOf("u1"), await idOf("u2")]
  const items = [{ productId: 1, quantity: 1 }]
  await shop.request
    .post(`/users/${owner}/balance`)
    .set(await asTill("till"))
    .send({ amount: 1_000_000 })
  const placed = await shop.request
    .post("/orders")
    .set(await as(owner))
    .send({ userId: owner, items })
  return { shop, policyIds, owner, stranger, items, orderId: Number(Object(placed.body).orderId) }
}
