import { setTimeout } from "k6/timers"

import { createBasket } from "../lib/api/sale.ts"
import type { OpenedSale } from "../lib/api/sale.ts"
import type { Shop } from "../lib/api/shop.ts"
import { expect } from "../lib/expect.ts"
import { isGreedy } from "../lib/sale.ts"
import { nameOf } from "./visit.ts"

const LEAST_THINK_SECONDS = 0.5
const MOST_THINK_SECONDS = 1.5

type Buying = { shop: Shop; url: string; sale: OpenedSale }

/** Wants all that one may have of the product: tries too early, waits for the start, and goes on until refused. */
export async function buyer({ shop, url, sale }: Buying, user: number): Promise<void> {
  await pause(Math.random() * sale.arrivals)
  const userId = shop.findUser(nameOf(user))
  // Enough for one more than anybody may have, so that money is never the reason to refuse.
  const balance = shop.charge(userId, sale.price * (sale.maxPerUser + 1), 0)
  const basket = createBasket(url, userId, sale)
  const untilOpen = () => (sale.surelyOpenFrom - Date.now()) / 1000
  await basket.order(1)
  await pause(untilOpen() - Math.random() * sale.impatience)
  await basket.order(1)
  await pause(untilOpen() + Math.random() * sale.reaction)
  if (isGreedy(user)) await basket.order(sale.maxPerUser + 1)
  while ((await basket.order(1)) === "bought") await pause(thinkSeconds())
  basket.expectOrders()
  expect("6 balance: less by what was paid", shop.balance(userId) === balance - basket.paid())
}

const thinkSeconds = () => LEAST_THINK_SECONDS + Math.random() * (MOST_THINK_SECONDS - LEAST_THINK_SECONDS)

/** Without holding up the other users of the VU, as sleep() would. */
const pause = (seconds: number) =>
  new Promise<void>((resolve) => void setTimeout(() => resolve(), Math.max(0, seconds) * 1000))
