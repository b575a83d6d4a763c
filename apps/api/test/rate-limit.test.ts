import { describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { JWT, as } from "./support/tokens.ts"
import { createTrade, times } from "./support/trade.ts"

describe("a limit of requests per user", () => {
  it("refuses what is above it, without any effect, and nobody else", async () => {
    await using small = await startShop({ worker: false, variables: { USER_RATE_LIMIT: "1" } })
    const trade = createTrade(small.request)
    const { user } = await trade.seed({ users: 2 })
    const answers = await Promise.all(times(60, () => trade.charge(user(1), 1)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toMatchObject({ body: { code: "RATE_LIMITED" } })
    expect(refused[0]?.headers["retry-after"]).toBe("1")
    expect(await trade.charge(user(2), 1)).toMatchObject({ status: 201 })
    const row = await small.deps.readDb.user.findUniqueOrThrow({ where: { id: user(1) } })
    expect(Number(row.balance)).toBe(answers.length - refused.length)
    const { text } = await small.request.get("/metrics")
    expect(text).toContain(`saleproof_refusals_total{code="RATE_LIMITED",process="api"} ${refused.length}`)
    expect(
      Object((await small.request.get("/openapi.json")).body).paths["/orders"].post.responses,
    ).toHaveProperty("429")
  })

  it("counts for the caller, not for the user that the request names", async () => {
    await using small = await startShop({ worker: false, variables: { ...JWT, USER_RATE_LIMIT: "1" } })
    await createTrade(small.request).seed({ users: 2 })
    const attempts = await Promise.all(
      times(60, async () => small.request.get("/users/1/balance").set(await as(2))),
    )
    expect(new Set(attempts.map(({ status }) => status))).toEqual(new Set([403, 429]))
    await small.request
      .get("/users/1/balance")
      .set(await as(1))
      .expect(200)
  })
})
