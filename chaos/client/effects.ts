/** What an effect does to the database when it is acknowledged. */
export type Act =
  | { kind: "charge"; userId: number; amount: number }
  | { kind: "order"; userId: number; couponId: number | null; items: readonly OrderItem[] }
  | { kind: "claim"; userId: number; policyId: number }
  | { kind: "cancel"; userId: number; orderId: number }
  /** What whoever runs the shop does; its key is also the reason in the journal. */
  | { kind: "restock"; productId: number; quantity: number }

export type OrderItem = { productId: number; quantity: number }
/** What is probed, and counted by injection. */
export const KINDS = ["charge", "order", "claim"] as const satisfies readonly Act["kind"][]
export type Kind = (typeof KINDS)[number]

/** One thing that must happen at most once, named by its Idempotency-Key. */
export type Effect = Act & { key: string }

export type EffectRequest = { path: string; body: unknown }

/** The request that asks for the effect; all are POST. */
export function requestOf(effect: Effect): EffectRequest {
  if (effect.kind === "restock") {
    const { productId, quantity, key } = effect
    return { path: `/admin/products/${productId}/restock`, body: { quantity, reason: key } }
  }
  if (effect.kind === "order")
    return {
      path: "/orders",
      body: { userId: effect.userId, couponId: effect.couponId, items: effect.items },
    }
  if (effect.kind === "cancel") return { path: `/orders/${effect.orderId}/cancel`, body: undefined }
  const { userId } = effect
  return effect.kind === "charge"
    ? { path: `/users/${userId}/balance`, body: { amount: effect.amount } }
    : { path: `/coupons?userId=${userId}&policyId=${effect.policyId}`, body: undefined }
}
