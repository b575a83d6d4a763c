import { SUBSCRIBED, checkEvents, expectedEvents, undelivered } from "../checks/events.ts"
import type { Violation } from "../checks/violation.ts"
import { startWebhookReceiver } from "../client/webhook-receiver.ts"
import type { OrderItem } from "../client/effects.ts"
import { placedOrderOf } from "../client/shopper.ts"
import type { Shop, Shopper } from "../client/shopper.ts"
import { DIRECT } from "../environment/topology.ts"
import { eventually } from "../experiment/recovery.ts"
import type { Experiment, Fault, Observer } from "./fault.ts"

// So few that an endpoint that takes six requests at a time keeps up with what they do.
const USERS = 20
const REFUSED_SHARE = 0.05
// So few units of one product that it is sold out, restocked and sold out again.
const SCARCE_UNITS = 5
// So many that no event is given up within the time of an experiment.
const RETRY_DELAYS = "0.2,0.2,0.5,0.5,1,1,2,2,5,5,5,5"

/**
 * Everything that sells is killed in turn while orders are cancelled, a product sold out and restocked, coupons granted,
 * and a webhook receives it.
 */
export const sellUnderKills: Fault = {
  name: "sell-under-kills",
  title: "kill -9 of the API with the worker, then of PostgreSQL with Redis, while a webhook receives a sale",
  topology: { ...DIRECT, shopEnv: { WEBHOOK_RETRY_DELAYS: RETRY_DELAYS } },
  seed: { users: USERS },
  visit: sell,
  observe,
  run: ({ environment, rounds, inject }) =>
    rounds(6, (round) =>
      inject(async () => {
        const { database, redis } = environment
        const killed = round % 2 === 0 ? [environment.worker(), ...environment.apis()] : [database, redis]
        return Math.max(...(await Promise.all(killed.map((program) => program.crash()))))
      }),
    ),
}

async function sell(shopper: Shopper, signal: AbortSignal): Promise<void> {
  const { random, sender } = shopper
  await sender.send(shopper.charge(), signal)
  if (random.chance(0.3)) await sender.send(shopper.claim(), signal)
  const couponId = random.chance(0.5) ? await shopper.usableCoupon() : null
  const placed = placedOrderOf(await sender.send(shopper.order(basketOf(shopper), couponId), signal))
  if (random.chance(0.3)) await sender.send(shopper.restock(), signal)
  if (placed !== undefined && random.chance(0.5)) await sender.send(shopper.cancel(placed), signal)
  await sender.send(shopper.order(random.chance(0.5) ? lastUnit(shopper.shop) : basketOf(shopper)), signal)
}

const scarceOf = ({ productIds }: Shop): number => {
  const id = productIds.at(-1)
  if (id === undefined) throw new Error("the shop has no product")
  return id
}

const lastUnit = (shop: Shop): OrderItem[] => [{ productId: scarceOf(shop), quantity: 1 }]

/** Without the scarce product, for which nearly every basket would be refused. */
function basketOf({ shop, ...shopper }: Shopper): OrderItem[] {
  const items = shopper.basket().filter(({ productId }) => productId !== scarceOf(shop))
  return items.length > 0 ? items : lastUnit(shop)
}

/** Takes nearly everything off one product. */
async function makeScarce({ sender, shop }: Experiment): Promise<void> {
  const productId = scarceOf(shop)
  const quantity = SCARCE_UNITS - (shop.stocks.get(productId) ?? Number.NaN)
  const key = `scarce-${Date.now().toString(36)}`
  const answer = await sender.send({ kind: "restock", key, productId, quantity })
  if (answer?.status !== 201) throw new Error(`the shop takes no units off: ${JSON.stringify(answer)}`)
}

/** A webhook from before the load until everything was delivered. */
async function observe(experiment: Experiment): Promise<Observer> {
  const { http, journal, pace, shoppers, signal } = experiment
  const random = experiment.random.branch("webhook")
  const receiver = await startWebhookReceiver({ refuses: () => random.chance(REFUSED_SHARE) })
  try {
    const body = { url: receiver.url, events: SUBSCRIBED }
    const answer = await http.send({ method: "POST", path: "/admin/webhooks", body })
    if ("lost" in answer || answer.status !== 201)
      throw new Error(`the shop takes no webhook: ${JSON.stringify(answer)}`)
    const { secret }: { secret?: unknown } = Object(JSON.parse(answer.body))
    receiver.trust(String(secret))
    await makeScarce(experiment)
  } catch (error) {
    await receiver.stop()
    throw error
  }

  // The prober does more than can be sent one after the other, so its events are only checked, not waited for.
  const probing = shoppers.at(-1)?.userId
  const awaited = () =>
    [...journal.entries()].filter(({ effect }) => !("userId" in effect) || effect.userId !== probing)

  async function check(): Promise<Violation[]> {
    const done = () => Promise.resolve(undelivered(awaited(), receiver.attempts).length === 0)
    await eventually(done, { withinMs: pace.deliveredWithinMs, signal })
    const attempts = [...receiver.attempts]
    experiment.note({ events: expectedEvents(awaited()).size, attempts: attempts.length })
    return checkEvents([...journal.entries()], attempts, awaited())
  }

  return { check, stop: receiver.stop }
}
