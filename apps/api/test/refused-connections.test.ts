import { describe, expect, it } from "vitest"
import { administer, createRole, nameOf, openShop, runShop } from "./support/services.ts"
import { createTrade } from "./support/trade.ts"

const END_SESSIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`

type Given = { url: string; role: string }
type Change = (given: Given) => string

const CHANGES: [string, Change, Change][] = [
  [
    "the role's password changed",
    ({ role }) => `ALTER ROLE ${role} PASSWORD 'other'`,
    ({ role }) => `ALTER ROLE ${role} PASSWORD 'secret'`,
  ],
  [
    "the role may not connect any more",
    ({ role }) => `ALTER ROLE ${role} NOLOGIN`,
    ({ role }) => `ALTER ROLE ${role} LOGIN`,
  ],
  [
    "the role may have no connection",
    ({ role }) => `ALTER ROLE ${role} NOSUPERUSER CONNECTION LIMIT 0`,
    ({ role }) => `ALTER ROLE ${role} SUPERUSER CONNECTION LIMIT -1`,
  ],
  [
    "the database lets nobody in",
    ({ url }) => `ALTER DATABASE ${nameOf(url)} ALLOW_CONNECTIONS false`,
    ({ url }) => `ALTER DATABASE ${nameOf(url)} ALLOW_CONNECTIONS true`,
  ],
]

describe("PostgreSQL that lets the shop in no more", () => {
  it.each(CHANGES)("is 503 and not ready until it does, because %s", async (_why, change, back) => {
    const services = await openShop({})
    const role = await createRole(services.databaseUrl, [])
    const given = { url: services.databaseUrl, role: role.role }
    const elsewhere = new URL(services.databaseUrl)
    elsewhere.pathname = "/postgres"
    const { request } = await runShop({ ...services, databaseUrl: role.url })
    const trade = createTrade(request)
    const { user, product, policy } = await trade.seed({ users: 2 })
    await trade.charge(user(1), 100_000)

    await administer(elsewhere.href, change(given))
    await administer(
      elsewhere.href,
      END_SESSIONS.replace("current_database()", `'${nameOf(given.url).replaceAll('"', "")}'`),
    )
    const items = [{ productId: product(1), quantity: 1 }]
    const requests = () =>
      Promise.all([
        trade.order({ userId: user(1), items }),
        trade.charge(user(1), 1),
        trade.claim({ userId: user(1), policyId: policy(1) }),
        request.get(`/users/${user(1)}/balance`),
        request.get("/products/top?limit=3"),
      ])
    for (const answer of [...(await requests()), ...(await requests())]) {
      expect(answer).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } })
      expect(answer.headers["retry-after"]).toBe("1")
    }
    expect(await request.get("/readyz")).toMatchObject({ status: 503, body: { status: "not ready" } })

    await administer(elsewhere.href, back(given))
    await expect.poll(() => request.get("/readyz")).toMatchObject({ status: 200 })
    await expect.poll(() => trade.order({ userId: user(1), items })).toMatchObject({ status: 201 })
    await expect.poll(() => trade.violations()).toEqual({})
  })
})
