export type Discount = {
  /** Whole won; counts only while the rate is 0. */
  amount: number
  /** Basis points (1/10,000) of the subtotal. */
  rateBp: number
}

export type PricedLine = { quantity: number; unitPrice: number }

export type Price = { subtotal: number; discount: number; total: number }

const BASIS = 10_000

/** What an order costs in whole won; a rate is rounded down, and no discount goes below a price of 0. */
export function priceOrder(lines: readonly PricedLine[], coupon: Discount | null): Price {
  const subtotal = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0)
  const discount = coupon === null ? 0 : Math.min(discountOf(subtotal, coupon), subtotal)
  return { subtotal, discount, total: subtotal - discount }
}

function discountOf(subtotal: number, { amount, rateBp }: Discount): number {
  if (rateBp === 0) return amount
  // Whole parts and remainder apart: subtotal x rate may pass 2^53, neither of these does.
  const rest = subtotal % BASIS
  return ((subtotal - rest) / BASIS) * rateBp + Math.floor((rest * rateBp) / BASIS)
}
