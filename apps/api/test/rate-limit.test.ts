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

describe("a limit of requests per caller", () => {
  it("counts what needs no token, too, and nobody else's", async () => {
    await using small = await startShop({ worker: false, variables: { ...JWT, USER_RATE_LIMIT: "1" } })
    const read = async (user: number) => small.request.get("/products").set(await as(user))
    const answers = await Promise.all(times(30, () => read(1)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]))
    expect((await read(2)).status).toBe(200)
    const { paths } = Object((await small.request.get("/openapi.json")).body)
    expect(paths["/products"].get.responses).toHaveProperty("429")
    expect(paths["/healthz"].get.responses).not.toHaveProperty("429")
  })
})

describe("a limit of requests per address", () => {
  const limited = { ...JWT, ADDRESS_RATE_LIMIT: "1", TRUSTED_PROXIES: "1" }
  const from = (address: string, headers: Record<string, string> = {}) => ({
    "X-Forwarded-For": address,
    ...headers,
  })

  it("refuses whoever has no valid token before the body is read, and nobody with one", async () => {
    await using small = await startShop({ worker: false, variables: limited })
    const unreadable = (headers: Record<string, string>) =>
      small.request.post("/orders").type("json").set(headers).send("{")
    const bad = { Authorization: "Bearer no.such.token" }
    const answers = await Promise.all(times(30, async () => unreadable(from("192.0.2.1", bad))))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused[0]).toMatchObject({ body: { code: "RATE_LIMITED" } })
    expect(refused[0]?.headers["retry-after"]).toBe("1")
    // The rest was let in as far as to ask for a token.
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]))
    const good = await Promise.all(times(30, async () => unreadable(from("192.0.2.1", await as(1)))))
    expect(new Set(good.map(({ status }) => status))).toEqual(new Set([400]))
  })

  it("counts anonymous requests, of each address on its own, and never the probes", async () => {
    await using small = await startShop({ worker: false, variables: limited })
    const statusesOf = async (path: string, addresses: readonly string[]) => {
      const answers = await Promise.all(
        addresses.map(async (address) => small.request.get(path).set(from(address))),
      )
      return new Set(answers.map(({ status }) => status))
    }
    expect(
      await statusesOf(
        "/products",
        times(30, () => "192.0.2.1"),
      ),
    ).toEqual(new Set([200, 429]))
    expect(
      await statusesOf(
        "/products",
        times(30, (n) => `192.0.2.${n + 10}`),
      ),
    ).toEqual(new Set([200]))
    expect(
      await statusesOf(
        "/products",
        times(30, (n) => `2001:db8::${n + 1}`),
      ),
    ).toEqual(new Set([200, 429]))
    expect(
      await statusesOf(
        "/healthz",
        times(30, () => "192.0.2.1"),
      ),
    ).toEqual(new Set([200]))
    const { paths } = Object((await small.request.get("/openapi.json").set(from("192.0.2.99"))).body)
    expect(paths["/products"].get.responses).toHaveProperty("429")
    expect(paths["/healthz"].get.responses).not.toHaveProperty("429")
  })

  it("cannot be escaped by naming another address where no proxy is trusted", async () => {
    await using small = await startShop({ worker: false, variables: { ...limited, TRUSTED_PROXIES: "0" } })
    const answers = await Promise.all(
      times(30, async (n) => small.request.get("/products").set(from(`192.0.2.${n}`))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]))
  })

  it("is not there in a lab", async () => {
    await using small = await startShop({ worker: false, variables: { ADDRESS_RATE_LIMIT: "1" } })
    const answers = await Promise.all(times(30, async () => small.request.get("/products")))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})
