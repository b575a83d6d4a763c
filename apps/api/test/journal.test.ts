import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { createAdministration } from "./support/administration.ts"
import { createTrade } from "./support/trade.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)
const { post, patch, journal, newProduct } = createAdministration(shop.request)

describe("the journal", () => {
  it("says who changed what, from what to what, newest first and in pages", async () => {
    await trade.seed({})
    const productId = await newProduct({ stock: 10 })
    await patch(`/admin/products/${productId}`, { price: 3_000 })
    await post(`/admin/products/${productId}/restock`, { quantity: -4, reason: "broken" })
    const { entries, next } = await journal()
    expect(next).toBeNull()
    expect(entries).toMatchObject([
      {
        action: "product.restocked",
        before: { stock: 10 },
        after: { stock: 6 },
        quantity: -4,
        reason: "broken",
      },
      { action: "product.changed", before: { price: 2_000 }, after: { price: 3_000 } },
      { action: "product.created", before: null, after: { name: "tent", price: 2_000, stock: 10 } },
    ])
    expect(new Set(entries.map(({ who, targetId }) => `${who} ${targetId}`))).toEqual(
      new Set([`null ${productId}`]),
    )
    const first = await journal("?limit=2")
    expect(first.entries).toEqual(entries.slice(0, 2))
    expect((await journal(`?limit=2&before=${first.next}`)).entries).toEqual(entries.slice(2))
  })

  it("has every webhook that was created, tried again and deleted, without its secret", async () => {
    await trade.seed({})
    const terms = { url: "http://127.0.0.1:9/hooks", events: ["order.placed", "coupon.granted"] }
    const { webhookId } = Object((await post("/admin/webhooks", terms)).body)
    await post(`/admin/webhooks/${webhookId}/redeliver`, {})
    expect(await trade.violations()).toEqual({})
    expect((await shop.request.delete(`/admin/webhooks/${webhookId}`)).status).toBe(204)
    expect((await shop.request.delete(`/admin/webhooks/${webhookId}`)).status).toBe(404)
    const { entries } = await journal()
    expect(
      entries.map(({ action, targetId, before, after }) => ({ action, targetId, before, after })),
    ).toEqual([
      { action: "webhook.deleted", targetId: webhookId, before: terms, after: null },
      {
        action: "webhook.redelivered",
        targetId: webhookId,
        before: { disabled: false },
        after: { disabled: false, redelivered: 0 },
      },
      { action: "webhook.created", targetId: webhookId, before: null, after: terms },
    ])
    expect(await trade.violations()).toEqual({})
  })

  it.each([
    ["a webhook that leads elsewhere", "UPDATE webhooks SET url = 'http://127.0.0.1:10/'"],
    ["a webhook that gets more", "UPDATE webhooks SET events = array_append(events, 'coupon.granted')"],
    ["a webhook that is gone", "DELETE FROM webhooks"],
    ["a user who was renamed", "UPDATE users SET name = 'somebody' WHERE name = 'journaled'"],
    ["a user with another subject", "UPDATE users SET subject = 'thief' WHERE name = 'journaled'"],
  ])("shows %s without an entry", async (_what, statement) => {
    await trade.seed({})
    await post("/admin/webhooks", { url: "http://127.0.0.1:9/", events: ["order.placed"] })
    await post("/users", { name: "journaled", subject: "owner" })
    expect(await trade.violations()).toEqual({})
    await shop.deps.writeDb.$executeRawUnsafe(statement)
    expect(await trade.violations()).toEqual({ "changes-journaled": 1 })
  })

  it("has no entry of what was refused", async () => {
    await trade.seed({})
    await post("/admin/products/1/restock", { quantity: -1_000_000_000 })
    await patch("/admin/products/1", { price: -1 })
    expect((await journal()).entries).toEqual([])
  })

  it("is about the shop of now: what came before POST /init is kept, and not shown", async () => {
    await newProduct()
    const kept = await shop.deps.readDb.journalEntry.count()
    await trade.seed({})
    expect((await journal()).entries).toEqual([])
    expect(await shop.deps.readDb.journalEntry.count()).toBe(kept)
    expect(await trade.violations()).toEqual({})
  })

  it.each([
    "UPDATE journal_entries SET who = 'me'",
    "DELETE FROM journal_entries",
    "TRUNCATE journal_entries",
  ])("refuses %s", async (statement) => {
    await newProduct()
    await expect(shop.deps.writeDb.$executeRawUnsafe(statement)).rejects.toThrow("append-only")
  })
})
