/** What an effect does to the database when it is acknowledged. */
export type Act =
  | { kind: "charge"; userId: number; amount: number }
  | { kind: "order"; userId: number; couponId: number | null; items: readonly OrderItem[] }
  | { kind: "claim"; userId: number; policyId: number }
  | { kind: "cancel"; userId: number; orderId: number }

export type OrderItem = { productId: number; quantity: number }
/** What is probed, and counted by injection. */
export const KINDS = ["charge", "order", "claim"] as const satisfies readonly Act["kind"][]
export type Kind = (typeof KINDS)[number]

/** One thing that must happen at most once, named by its Idempotency-Key. */
export type Effect = Act & { key: string }

export type EffectRequest = { path: string; body: unknown }

/** The request that asks for the effect; all are POST. */
export function requestOf(act: Act): EffectRequest {
  if (act.kind === "charge") return { path: `/users/${act.userId}/balance`, body: { amount: act.amount } }
  if (act.kind === "claim")
    return { path: `/coupons?userId=${act.userId}&policyId=${act.policyId}`, body: undefined }
  if (act.kind === "cancel") return { path: `/orders/${act.orderId}/cancel`, body: undefined }
  return { path: "/orders", body: { userId: act.userId, couponId: act.couponId, items: act.items } }
}
