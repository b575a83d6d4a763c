import { expect } from "vitest"
import { AuditReport } from "../../src/audit/schema.ts"
import { CouponList } from "../../src/coupons/schema.ts"
import { SeedResult } from "../../src/lab/schema.ts"
import type { Client } from "./api.ts"

type Reply = Awaited<ReturnType<Client["post"]>>
export type Item = { productId: number; quantity: number }
export type OrderRequest = { userId: number; couponId?: number | null; items: readonly Item[] }

const keyed = (key: string | undefined) => (key === undefined ? {} : { headers: { "Idempotency-Key": key } })

/** What customers do in a shop, through HTTP alone. */
export function createTrade(api: Client) {
  const order = ({ userId, couponId = null, items }: OrderRequest, key?: string) =>
    api.post("/orders", { body: { userId, couponId, items }, ...keyed(key) })

  const charge = (userId: number, amount: number, key?: string) =>
    api.post(`/users/${userId}/balance`, { body: { amount }, ...keyed(key) })

  const claim = ({ userId, policyId }: { userId: number; policyId: number }, key?: string) =>
    api.post(`/coupons?userId=${userId}&policyId=${policyId}`, keyed(key))

  const couponsOf = async (userId: number, status: "usable" | "all" = "usable") =>
    CouponList.parse((await api.get(`/users/${userId}/coupons?status=${status}&limit=1000`)).body)

  return {
    order,
    charge,
    claim,
    couponsOf,

    /** Fills the shop anew; users, products and policies are counted from 1. */
    async refill(filling: object = {}) {
      const { productIds, policyIds } = SeedResult.parse((await api.post("/init", { body: filling })).body)
      const firstUser = Number((await api.get("/users/id?name=u1")).body)
      return {
        user: (n: number) => firstUser + n - 1,
        product: (n: number) => productIds[n - 1] ?? 0,
        policy: (n: number) => policyIds[n - 1] ?? 0,
      }
    },

    async userNamed(name: string): Promise<number> {
      return Number((await api.get(`/users/id?name=${name}`)).body)
    },

    /** A coupon of the policy, once it is there. */
    async couponFrom(policyId: number, userId: number): Promise<number> {
      await claim({ userId, policyId })
      await expect.poll(() => couponsOf(userId), { timeout: 10_000 }).not.toEqual([])
      return (await couponsOf(userId)).at(-1)?.couponId ?? 0
    },

    /** Won on the user's balance. */
    async balanceOf(userId: number): Promise<number> {
      return Number(Object((await api.get(`/users/${userId}/balance`)).body).balance)
    },

    /** Units of the product that are left. */
    async stockOf(productId: number): Promise<number> {
      return Number(Object((await api.get(`/products/${productId}`)).body).stock)
    },

    /** Invariants that do not hold now, and by how much. */
    async violations(): Promise<Record<string, number>> {
      const { checks } = AuditReport.parse((await api.get("/audit")).body)
      const broken = checks.filter(({ violations }) => violations !== 0)
      return Object.fromEntries(broken.map(({ id, violations }) => [id, violations]))
    },
  }
}

export type Trade = ReturnType<typeof createTrade>

/** Sends again while the shop is too busy, as a client does that heeds Retry-After. */
export async function insist(send: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const answer = await send()
    if (answer.status !== 503) return answer
  }
}

/** The outcome of a request: "created", or the code of its refusal. */
export const outcomeOf = ({ status, body }: Reply): string =>
  status === 201 ? "created" : String(Object(body).code)

/** Answers counted by their outcome. */
export function tally(answers: readonly Reply[]): Record<string, number> {
  const byOutcome = Map.groupBy(answers, outcomeOf)
  return Object.fromEntries([...byOutcome].map(([outcome, own]) => [outcome, own.length]))
}

export const times = <T>(n: number, make: (index: number) => T): T[] =>
  Array.from({ length: n }, (_, index) => make(index))
