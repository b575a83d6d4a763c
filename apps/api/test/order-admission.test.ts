import { once } from "node:events"
import { request as httpRequest } from "node:http"
import { expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import type { TestShop } from "./support/api.ts"
import { JWT, as } from "./support/tokens.ts"

type Sent = { path?: string; token?: string }

/** A shop of two users that has room for one order at a time. */
async function startNarrowShop(variables: Record<string, string> = {}) {
  const shop = await startShop({ worker: false, variables: { ...JWT, MAX_QUEUED_ORDERS: "1", ...variables } })
  await shop.request.post("/init").send({ users: 2 })
  const order = async (user: number | undefined, { path = "/orders", token }: Sent = {}) =>
    shop.request
      .post(path)
      .set({
        ...(user !== undefined && (await as(user))),
        ...(token !== undefined && { "Waiting-Token": token }),
      })
      .send({ userId: user ?? 1, items: [{ productId: 1, quantity: 1 }] })
  return { ...shop, order }
}

/** An order in progress, whose body does not come; it ends when disposed. */
async function holdOrder({ url }: Pick<TestShop, "url">, headers: Record<string, string>) {
  const sent = {
    ...headers,
    "Content-Type": "application/json",
    "Content-Length": 100,
    Expect: "100-continue",
  }
  const held = httpRequest(`${url}/orders`, { method: "POST", headers: sent })
  held.on("error", () => undefined)
  held.flushHeaders()
  await once(held, "continue")
  return { [Symbol.dispose]: () => void held.destroy() }
}

it("an order needs room, however its path is spelled", async () => {
  await using shop = await startNarrowShop()
  using held = new DisposableStack()
  held.use(await holdOrder(shop, await as(1)))
  for (const path of ["/orders", "/orders/", "/ORDERS", "/orders?a=1"]) {
    await expect.poll(async () => (await shop.order(2, { path })).status).toBe(503)
  }
})

it("who has no valid token takes no room", async () => {
  await using shop = await startNarrowShop()
  using held = new DisposableStack()
  held.use(await holdOrder(shop, {}))
  held.use(await holdOrder(shop, { Authorization: "Bearer a.b.c" }))
  expect(await shop.order(1)).toMatchObject({ status: 409, body: { code: "INSUFFICIENT_BALANCE" } })
})

it("a place in the waiting room is its caller's alone, and nobody's without a token", async () => {
  await using shop = await startNarrowShop({ WAITING_ROOM: "on" })
  const inFlight = async () => {
    const { text } = await shop.request.get("/metrics")
    return /^saleproof_http_requests_in_flight\S* (\d+)$/m.exec(text)?.[1]
  }
  const held = await holdOrder(shop, await as(1))
  const anonymous = await shop.order(undefined)
  expect(anonymous.status).toBe(401)
  expect(anonymous.headers).not.toHaveProperty("waiting-token")
  const waiting = await shop.order(2)
  expect(waiting.status).toBe(503)
  const token = String(waiting.headers["waiting-token"])
  held[Symbol.dispose]()
  // The request for the metrics itself.
  await expect.poll(inFlight).toBe("1")
  expect(await shop.order(1, { token })).toMatchObject({ status: 503 })
  expect(await shop.order(2, { token })).toMatchObject({
    status: 409,
    body: { code: "INSUFFICIENT_BALANCE" },
  })
})
