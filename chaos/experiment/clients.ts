import { createBalancer } from "../client/balancer.ts"
import type { Effect } from "../client/effects.ts"
import { createHttp } from "../client/http.ts"
import { createJournal } from "../client/journal.ts"
import { createSender } from "../client/sender.ts"
import { createShopper } from "../client/shopper.ts"
import type { Fault } from "../faults/fault.ts"
import type { Random } from "../random.ts"
import { createDatabase } from "../environment/database.ts"
import type { Environment } from "../environment/environment.ts"
import { openShop } from "./open-shop.ts"
import type { Pace } from "./pace.ts"

export type KeyOf = (effect: Effect, attempt: number) => string | undefined

type ClientOptions = { environment: Environment; fault: Fault; pace: Pace; random: Random; keyOf?: KeyOf }

/** A seeded shop, and its shoppers with the means to send their requests. */
export async function openClients({ environment, fault, pace, random, keyOf }: ClientOptions) {
  await environment.arrange(fault.topology)
  const balancer = createBalancer({ ports: environment.apis().map(({ unit }) => unit.port) })
  const http = createHttp({ origin: balancer.pick, connections: pace.users * 2 })
  const journal = createJournal()
  const sender = createSender({
    http,
    journal,
    random: random.branch("sender"),
    patienceMs: pace.patienceMs,
    ...(keyOf && { keyOf }),
  })

  async function close(): Promise<void> {
    await balancer.stop()
    await http.close()
  }

  try {
    // The last user is the prober's.
    const seed = { users: pace.users + 1, ...seedOf(fault, pace) }
    const shop = await openShop({ http, seed })
    const shoppers = shop.userIds.map((userId) =>
      createShopper({
        keyPrefix: `${fault.name}-${Date.now().toString(36)}`,
        userId,
        shop,
        random: random.branch(`user ${userId}`),
        sender,
        http,
        reportForbidden: (response) => void journal.forbiddenResponses.push(response),
      }),
    )
    return {
      environment,
      balancer,
      http,
      journal,
      sender,
      shop,
      shoppers,
      database: createDatabase(environment.databaseUrl),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

export type Clients = Awaited<ReturnType<typeof openClients>>

function seedOf({ seed = {} }: Fault, pace: Pace) {
  return typeof seed === "function" ? seed(pace) : seed
}
