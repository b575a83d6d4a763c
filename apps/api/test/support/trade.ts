import assert from "node:assert/strict"
import type { Response } from "supertest"
import { expect } from "vitest"
import { AuditReport } from "../../src/audit/schema.ts"
import { CouponList } from "../../src/coupons/schema.ts"
import { SeedResult } from "../../src/lab/schema.ts"
import type { Client } from "./api.ts"

export type Item = { productId: number; quantity: number }
export type OrderRequest = {
  userId: number
  couponId?: number | null
  items: readonly Item[]
  expectedTotal?: number | undefined
}

/** The headers of a request with this Idempotency-Key, if it has one. */
export const keyed = (key: string | undefined) => (key === undefined ? {} : { "Idempotency-Key": key })

/** What customers do in a shop, through HTTP alone. */
export function createTrade(api: Client) {
  const order = async ({ userId, couponId = null, ...rest }: OrderRequest, key?: string) =>
    api
      .post("/orders")
      .set(keyed(key))
      .send({ userId, couponId, ...rest })

  const cancel = async (orderId: number, key?: string) =>
    api.post(`/orders/${orderId}/cancel`).set(keyed(key))

  const charge = async (userId: number, amount: number, key?: string) =>
    api.post(`/users/${userId}/balance`).set(keyed(key)).send({ amount })

  const claim = async ({ userId, policyId }: { userId: number; policyId: number }, key?: string) =>
    api.post(`/coupons?userId=${userId}&policyId=${policyId}`).set(keyed(key))

  const couponsOf = async (userId: number, status: "usable" | "all" = "usable") =>
    CouponList.parse((await api.get(`/users/${userId}/coupons?status=${status}&limit=1000`)).body)

  const restock = async (productId: number, quantity: number, key?: string) =>
    api.post(`/admin/products/${productId}/restock`).set(keyed(key)).send({ quantity })

  const changeProduct = async (productId: number, change: object, key?: string) =>
    api.patch(`/admin/products/${productId}`).set(keyed(key)).send(change)

  return {
    restock,
    changeProduct,
    order,
    cancel,
    charge,
    claim,
    couponsOf,

    /** Seeds the shop; users, products and policies are counted from 1. */
    async seed(request: object = {}) {
      const { productIds, policyIds } = SeedResult.parse((await api.post("/init").send(request)).body)
      const firstUser = Number((await api.get("/users/id?name=u1")).body)
      return {
        user: (n: number) => firstUser + n - 1,
        product: (n: number) => nth(productIds, n),
        policy: (n: number) => nth(policyIds, n),
      }
    },

    async userNamed(name: string): Promise<number> {
      return Number((await api.get(`/users/id?name=${name}`)).body)
    },

    /** A coupon of the policy, once it is there. */
    async couponFrom(policyId: number, userId: number): Promise<number> {
      await claim({ userId, policyId })
      await expect.poll(() => couponsOf(userId), { timeout: 10_000 }).not.toEqual([])
      const newest = (await couponsOf(userId)).at(-1)
      assert(newest, "the coupon was listed a moment ago")
      return newest.couponId
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
export async function insist(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const answer = await send()
    if (answer.status !== 503) return answer
  }
}

/** The outcome of a request: "created", or the code of its refusal. */
export const outcomeOf = ({ status, body }: Response): string =>
  status < 300 ? "created" : String(Object(body).code)

/** Answers counted by their outcome. */
export function tally(answers: readonly Response[]): Record<string, number> {
  const byOutcome = Map.groupBy(answers, outcomeOf)
  return Object.fromEntries([...byOutcome].map(([outcome, own]) => [outcome, own.length]))
}

/** The id counted from 1. */
export function nth(ids: readonly number[], n: number): number {
  const id = ids[n - 1]
  assert(id !== undefined, `the shop has no number ${n}`)
  return id
}

export const times = <T>(n: number, make: (index: number) => T): T[] =>
  Array.from({ length: n }, (_, index) => make(index))
