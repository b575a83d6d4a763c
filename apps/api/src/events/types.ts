/** What leaves the shop, as the `type` of a CloudEvent. A charge credits a balance; a refund is part of its cancellation. */
export const EVENT_TYPES = [
  "order.placed",
  "order.cancelled",
  "coupon.granted",
  "product.sold_out",
  "balance.credited",
] as const
export type EventType = (typeof EVENT_TYPES)[number]
