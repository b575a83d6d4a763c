import { afterAll, describe, expect, it } from "vitest"
import { startApi, startShop } from "./support/api.ts"
import { startOwnedOrder } from "./support/owned-order.ts"
import { JWT, as, asTill, tokenOf } from "./support/tokens.ts"

const { shop, policyIds, owner, stranger, items, orderId } = await startOwnedOrder()
afterAll(() => shop[Symbol.asyncDispose]())

describe("the order of somebody else", () => {
  it("is answered exactly as one that does not exist", async () => {
    const headers = await as(stranger)
    const foreign = await shop.request.get(`/orders/${orderId}`).set(headers)
    const missing = await shop.request.get("/orders/999999").set(headers)
    expect(foreign).toMatchObject({ status: 404, body: { code: "ORDER_NOT_FOUND" } })
    expect(foreign.text.replaceAll(String(orderId), "N")).toBe(missing.text.replaceAll("999999", "N"))
  })

  it("is not theirs to cancel, but a till's at any time", async () => {
    await using late = await startApi({ ...shop, variables: { ...JWT, CANCEL_WINDOW: "0s" } })
    const other = await shop.request
      .post("/orders")
      .set(await as(owner))
      .send({ userId: owner, items })
    const path = `/orders/${Object(other.body).orderId}/cancel`
    const cancel = async (headers: Record<string, string>) => late.request.post(path).set(headers)
    expect((await cancel(await as(stranger))).body).toMatchObject({ status: 404, code: "ORDER_NOT_FOUND" })
    expect((await cancel(await as(owner))).body).toMatchObject({ status: 409, code: "CANCEL_WINDOW_OVER" })
    const byTill = await cancel(await asTill("till"))
    expect(byTill.body).toMatchObject({ status: "cancelled", refunded: 2_000 })
    expect((await cancel(await as(owner))).text).toBe(byTill.text)
  })
})

describe("other spellings of a request for somebody else", () => {
  it.each([
    [`/USERS/${owner}/balance`, 403],
    [`/users/${owner}/balance/`, 403],
    [`/users/%3${String(owner)[0]}${String(owner).slice(1)}/balance`, 403],
    [`/users/${owner}/balance?id=${stranger}`, 403],
    // Sent as it stands, which is no path of the API.
    [`/users/${stranger}/../${owner}/balance`, 404],
  ])("%s is refused too, with %i", async (path, status) => {
    const headers = await as(stranger)
    await shop.request.get(path).set(headers).expect(status)
    await shop.request.head(path).set(headers).expect(status)
  })

  it.each([
    `/coupons?userId=${stranger}&userId=${owner}&policyId=1`,
    `/coupons?userId[]=${owner}&userId=${stranger},${owner}&policyId=1`,
  ])("%s names no user", async (path) => {
    await shop.request
      .post(path)
      .set(await as(stranger))
      .expect(400)
  })

  it("in a body twice counts once, as the route itself reads it", async () => {
    const body = `{"userId":${stranger},"items":[{"productId":1,"quantity":1}],"userId":${owner}}`
    const headers = await as(stranger, { "content-type": "application/json" })
    await shop.request.post("/orders").set(headers).send(body).expect(403)
  })
})

describe("an Idempotency-Key", () => {
  it("of one caller means nothing for another, and stays this caller's", async () => {
    const key = `shared-${"k".repeat(248)}`
    const charge = async (till: string, amount: number) =>
      shop.request
        .post(`/users/${owner}/balance`)
        .set(await asTill(till, { "Idempotency-Key": key }))
        .send({ amount })
    const [first, other] = [await charge("till 1", 5), await charge("till 2", 6)]
    expect(first).toMatchObject({ status: 201, body: { userId: owner } })
    expect(other).toMatchObject({ status: 201, body: { userId: owner } })
    expect((await charge("till 1", 5)).text).toBe(first.text)
    expect((await charge("till 2", 6)).text).toBe(other.text)
    expect(await charge("till 2", 5)).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_MISMATCH" } })
  })

  it("of an order or a claim is a user's own as well", async () => {
    for (const user of [owner, stranger]) {
      const headers = await as(user, { "Idempotency-Key": "same" })
      const claim = async () =>
        shop.request.post(`/coupons?userId=${user}&policyId=${policyIds[1]}`).set(headers)
      const claimed = await claim()
      expect(claimed).toMatchObject({ status: 201, body: { userId: user } })
      expect((await claim()).text).toBe(claimed.text)
      const order = async () => shop.request.post("/orders").set(headers).send({ userId: user, items })
      expect((await order()).text).toBe((await order()).text)
    }
  })
})

describe("while the keys that check tokens are unavailable", () => {
  it("users get 503 and every public route answers", async () => {
    const variables = { AUTH: "jwt", AUTH_JWKS_URL: "http://127.0.0.1:1/jwks.json" }
    await using cut = await startShop({ worker: false, variables })
    const headers = { Authorization: `Bearer ${await tokenOf(1)}` }
    // The token's own algorithm is refused before its key is looked for.
    await cut.request.get("/users/1/balance").set(headers).expect(401)
    const signed = `${Buffer.from('{"alg":"RS256","kid":"1"}').toString("base64url")}.e30.AAAA`
    const refused = await cut.request.get("/users/1/balance").set({ Authorization: `Bearer ${signed}` })
    expect(refused).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } })
    expect(refused.headers["retry-after"]).toBe("1")
    await cut.request.get("/products").expect(200)
  })
})
