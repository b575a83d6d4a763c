import type { RefusalCode } from "../errors.ts"

/** Why an order is refused by the rules of the shop; `extra` are further members of the problem document. */
export type Refused = { code: RefusalCode; detail: string; extra?: Record<string, unknown> }

export const COUPON_USED: Refused = { code: "COUPON_USED", detail: "The coupon was used in another order" }

export const INSUFFICIENT_BALANCE: Refused = {
  code: "INSUFFICIENT_BALANCE",
  detail: "The balance is below the price of the order",
}

export function outOfStock(productId: number): Refused {
  return { code: "OUT_OF_STOCK", detail: `Product ${productId} has not enough left` }
}

export function saleNotOpen(productId: number, startsAt: string): Refused {
  return {
    code: "SALE_NOT_OPEN",
    detail: `Product ${productId} is sold from ${startsAt} on`,
    extra: { productId, startsAt },
  }
}

export function saleOver(productId: number): Refused {
  return { code: "SALE_OVER", detail: `Product ${productId} is not sold any more`, extra: { productId } }
}

export function limitReached(productId: number, maxPerUser: number): Refused {
  return {
    code: "LIMIT_REACHED",
    detail: `A user may have at most ${maxPerUser} of product ${productId}`,
    extra: { productId, maxPerUser },
  }
}

/** `totalAmount` is what the order costs now, in won. */
export function priceChanged(totalAmount: number): Refused {
  return { code: "PRICE_CHANGED", detail: `The order costs ${totalAmount} won now`, extra: { totalAmount } }
}
