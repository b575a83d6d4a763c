import { createHmac } from "node:crypto"

/** One run of the fuzzer against a shop of its own. */
export type Pass = {
  name: "shop" | "lab" | "tokens"
  title: string
  shopEnv: Record<string, string>
  /** Which operations, in flags of the fuzzer. */
  choose: readonly string[]
  /** Brings the shop to where a request can meet something; returns the users' tokens by their id, if there are any. */
  prepare: (url: string) => Promise<Map<number, string>>
}

const ALL_BUT_INIT = ["--exclude-path", "/init"]
const SECRET = "a secret of thirty-two characters"

export const PASSES: readonly Pass[] = [
  {
    name: "shop",
    title: "everything but the lab's refill, every client for every user",
    shopEnv: {},
    choose: ALL_BUT_INIT,
    prepare: async (url) => (await fill(url, new Map()), new Map()),
  },
  {
    name: "tokens",
    title:
      "the same with AUTH=jwt and the tokens of two users, who try each other's; one of them has every scope",
    // A limit would reject most of what the fuzzer sends without a token.
    shopEnv: { AUTH: "jwt", AUTH_JWT_SECRET: SECRET, ADDRESS_RATE_LIMIT: "0" },
    choose: ALL_BUT_INIT,
    async prepare(url) {
      const tokens = new Map([
        [1, tokenOf(1, "shop:till shop:admin")],
        [2, tokenOf(2)],
      ])
      await fill(url, tokens)
      return tokens
    },
  },
  {
    name: "lab",
    title: "the lab's refill, which would take from the others what they work on",
    shopEnv: {},
    choose: ["--include-path", "/init"],
    prepare: async () => new Map(),
  },
]

type Send = { url: string; token: string | undefined; body?: object }

async function post(path: string, { url, token, body }: Send): Promise<void> {
  const response = await fetch(new URL(path, url), {
    method: "POST",
    headers: {
      ...(body && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`The shop could not be filled: ${await response.text()}`)
}

/** The first user and the second have money, a coupon and an order each: what the examples of the document name. */
async function fill(url: string, tokens: ReadonlyMap<number, string>): Promise<void> {
  await post("/init", { url, token: undefined, body: { users: 20, products: 5, policies: 3 } })
  for (const userId of [1, 2]) {
    const by = { url, token: tokens.get(userId) }
    await post(`/users/${userId}/balance`, { url, token: tokens.get(1), body: { amount: 100_000_000 } })
    await post(`/coupons?userId=${userId}&policyId=1`, by)
    await post("/orders", { ...by, body: { userId, items: [{ productId: 1, quantity: 1 }] } })
  }
}

function tokenOf(user: number, scope = ""): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const claims = { sub: String(user), scope, exp: Math.floor(Date.now() / 1_000) + 86_400 }
  const signed = `${encode({ alg: "HS256" })}.${encode(claims)}`
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`
}
