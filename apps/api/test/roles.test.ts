import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { JWT, as, asAdmin, asTill } from "./support/tokens.ts"

const shop = await startShop({ worker: false, variables: { ...JWT, LAB: "on" } })
afterAll(() => shop[Symbol.asyncDispose]())
await shop.request.post("/init").send({ users: 2 })
const idOf = async (name: string) => shop.request.get(`/users/id?name=${name}`).set(await as("anybody"))
const [user, other] = [Number((await idOf("u1")).body), Number((await idOf("u2")).body)]
const items = [{ productId: 1, quantity: 1 }]

describe("with tokens, whatever LAB says", () => {
  it("a user cannot credit any balance, and a till can", async () => {
    const charge = (headers: Record<string, string>) =>
      shop.request.post(`/users/${user}/balance`).set(headers).send({ amount: 5_000 })
    await charge(await as(user)).expect(403)
    await charge(await asTill("till 1")).expect(201, { userId: user, balance: 5_000 })
    await shop.request
      .get(`/users/${user}/balance`)
      .set(await as(user))
      .expect(200, { userId: user, balance: 5_000 })
  })

  it("a missing scope is reported before what is wrong with the body", async () => {
    const charge = (headers: Record<string, string>) =>
      shop.request.post(`/users/${user}/balance`).set(headers).send({ amount: "much" })
    expect(await charge(await as(user))).toMatchObject({ status: 403 })
    expect(await charge(await asTill("till 1"))).toMatchObject({ status: 400 })
  })

  it("the journal says who changed a webhook", async () => {
    const boss = await asAdmin("boss|7")
    const made = await shop.request
      .post("/admin/webhooks")
      .set(boss)
      .send({ url: "http://127.0.0.1:9/", events: ["order.placed"] })
    const path = `/admin/webhooks/${Object(made.body).webhookId}`
    await shop.request.post(`${path}/redeliver`).set(await asAdmin("helper"))
    await shop.request.delete(path).set(boss)
    const { body } = await shop.request.get("/admin/journal?limit=3").set(boss)
    expect(body).toMatchObject({
      entries: [
        { action: "webhook.deleted", who: "boss|7" },
        { action: "webhook.redelivered", who: "helper" },
        { action: "webhook.created", who: "boss|7" },
      ],
    })
  })

  it("a till orders for a user, and a user for nobody else", async () => {
    await shop.request
      .post(`/users/${user}/balance`)
      .set(await asTill("till 1"))
      .send({ amount: 5_000 })
    const order = (headers: Record<string, string>) =>
      shop.request.post("/orders").set(headers).send({ userId: user, items })
    expect(await order(await asTill("till 1"))).toMatchObject({ status: 201 })
    expect(await order(await as(user))).toMatchObject({ status: 201 })
    expect(await order(await as(other))).toMatchObject({ status: 403 })
  })

  it("looking up a name creates nobody", async () => {
    expect(await idOf("nobody")).toMatchObject({ status: 404, body: { code: "USER_NOT_FOUND" } })
    expect(await shop.deps.readDb.user.count({ where: { name: "nobody" } })).toBe(0)
    expect(await idOf("u1")).toMatchObject({ status: 200, body: user })
  })
})

describe("the subject of a token", () => {
  it("may be linked to a user, who is then the same as by their id", async () => {
    const balance = async (subject: string) =>
      shop.request.get(`/users/${other}/balance`).set(await as(subject))
    expect(await balance("auth0|minji")).toMatchObject({ status: 403 })
    await shop.deps.writeDb.user.update({ where: { id: other }, data: { subject: "auth0|minji" } })
    for (const subject of ["auth0|minji", String(other)])
      expect(await balance(subject)).toMatchObject({ status: 200 })
    expect(await balance("auth0|minj")).toMatchObject({ status: 403 })
    expect(await balance("AUTH0|minji")).toMatchObject({ status: 403 })
  })

  it.each(["12", "0012", "", "a\u0007b", "x".repeat(256)])("%j cannot be linked", async (subject) => {
    const link = shop.deps.writeDb.user.update({ where: { id: user }, data: { subject } })
    await expect(link).rejects.toThrow("users_subject_check")
  })
})

describe("whoever runs the sale", () => {
  it("is named in the journal by the subject of their token", async () => {
    for (const subject of ["auth0|boss", "boss\u0000"]) {
      const restock = shop.request.post("/admin/products/1/restock").set(await asAdmin(subject))
      expect(await restock.send({ quantity: 1 })).toMatchObject({ status: 201 })
    }
    const journal = await shop.request.get("/admin/journal?limit=2").set(await asAdmin("auditor"))
    expect(Object(journal.body).entries).toMatchObject([{ who: "boss\ufffd" }, { who: "auth0|boss" }])
  })

  it("links a subject to a new user, who acts with it from then on", async () => {
    const created = await shop.request
      .post("/users")
      .set(await asAdmin("auth0|boss"))
      .send({ name: "minji", subject: "https://login.example/minji" })
    const { userId } = Object(created.body)
    const balance = shop.request.get(`/users/${userId}/balance`).set(await as("https://login.example/minji"))
    expect(await balance).toMatchObject({ status: 200, body: { userId, balance: 0 } })
  })

  it("needs the scope before anything is said of the request", async () => {
    const restock = (headers: Record<string, string>) =>
      shop.request.post("/admin/products/999999/restock").set(headers).send({ quantity: "x" })
    expect(await restock({})).toMatchObject({ status: 401 })
    expect(await restock(await asTill("till 1"))).toMatchObject({ status: 403 })
    expect(await restock(await asAdmin("auth0|boss"))).toMatchObject({ status: 400 })
  })
})
