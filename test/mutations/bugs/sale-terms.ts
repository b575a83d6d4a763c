import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const TERMS = "apps/api/src/orders/sale-terms.ts"
const PRISMA_WRITES = "apps/api/src/orders/prisma-writes.ts"
const COUNT = "apps/api/src/orders/count-purchases.ts"

const DECIDE = "apps/api/src/orders/decide.test.ts"
const SALE = "apps/api/test/sale-terms.test.ts"

/** Guards of a sale: when it is open, how much one user may have, at which price. */
export const SALE_TERMS_BUGS: Bug[] = [
  bug("sale-open-at-its-end", "a sale is over at the instant that its end names")
    .replacing(TERMS, "at >= endsAt", "at > endsAt")
    .caughtBy(DECIDE, "orders decided together > sell a product not at its end"),
  bug("closed-product-sold", "a closed product is not sold")
    .replacing(TERMS, "closed || (endsAt", "(endsAt")
    .caughtBy(
      SALE,
      "batched orders > are refused before the sale",
      "conditional orders > are refused before",
    ),
  bug("limit-of-each-order", "a limit counts all orders of a user, not each alone")
    .replacing(TERMS, "purchases.get(purchaseKey(userId, productId)) ?? 0", "0 * purchases.size * userId")
    .replacing(COUNT, "WHERE c.units + excluded.units <= excluded.max_units", "")
    .dropping("purchase_counts.purchase_counts_units_check")
    .caughtBy(SALE, "batched orders > never exceed a limit", "conditional orders > never exceed a limit"),
  bug(
    "limit-counted-unlocked",
    "a conditional order is counted for a limit on condition, after its user was locked",
  )
    .replacing(COUNT, "WHERE c.units + excluded.units <= excluded.max_units", "")
    .dropping("purchase_counts.purchase_counts_units_check")
    .caughtBy(SALE, "conditional orders of one user > are counted for a limit"),
  bug(
    "refused-by-the-first-write",
    "an order that meets a change is refused by the first rule that it breaks by then",
  )
    .replacing(
      "apps/api/src/orders/single-order-transaction.ts",
      "if (attempts < MAX_ATTEMPTS) continue",
      "if (error instanceof TermsChangedError && attempts < MAX_ATTEMPTS) continue",
    )
    .caughtBy(SALE, "conditional orders of one user > are refused by the first rule"),
  bug("limit-counts-the-past", "a limit that is set later counts from then on")
    .replacing(
      "apps/api/src/orders/product-rows.ts",
      "JOIN purchase_counts USING (user_id, product_id, limit_period)",
      "JOIN purchase_counts USING (user_id, product_id)",
    )
    .caughtBy(SALE, "batched orders > count for a limit"),
  bug("terms-read-too-early", "the stock is taken only on the terms that the order was decided on")
    .replacing(PRISMA_WRITES, "price: product.price, ...termsOf(product)", "price: product.price")
    .caughtBy(SALE, "conditional orders > are decided on the terms"),
  bug(
    "expected-total-before-discount",
    "the expected total is compared with what is paid, after the discount",
  )
    .replacing(
      "apps/api/src/orders/decide.ts",
      "order.expectedTotal !== price.total",
      "order.expectedTotal !== price.subtotal",
    )
    .caughtBy(DECIDE, "orders decided together > buy at the expected total"),
]
