import { placedOrderOf } from "../client/shopper.ts"
import type { Shopper } from "../client/shopper.ts"
import type { Fault } from "./fault.ts"

const COPIES = 5

/** Double clicks and immediate retries: everything is sent five times at the same moment with one key. */
export const duplicates: Fault = {
  name: "duplicates",
  title: `each request sent ${COPIES} times at once with one key`,
  visit,
  run: ({ hold }) => hold(10_000),
}

async function visit(shopper: Shopper): Promise<void> {
  const { random, sender } = shopper
  await sender.burst(shopper.charge(), COPIES)
  if (random.chance(0.4)) await sender.burst(shopper.claim(), COPIES)
  const couponId = random.chance(0.4) ? await shopper.usableCoupon() : null
  const placed = placedOrderOf(await sender.burst(shopper.order(shopper.basket(), couponId), COPIES))
  if (placed !== undefined && random.chance(0.4)) await sender.burst(shopper.cancel(placed), COPIES)
  if (random.chance(0.1)) await sender.burst(shopper.restock(), COPIES)
}
