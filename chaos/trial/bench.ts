import { createBalancer } from "../client/balancer.ts"
import type { Effect } from "../client/effects.ts"
import { createHttp } from "../client/http.ts"
import { createJournal } from "../client/journal.ts"
import { createSender } from "../client/sender.ts"
import { createShopper } from "../client/shopper.ts"
import type { Fault } from "../faults/fault.ts"
import type { Random } from "../random.ts"
import { createDatabase } from "../rig/database.ts"
import type { Rig } from "../rig/rig.ts"
import { openShop } from "./open-shop.ts"
import type { Pace } from "./pace.ts"

export type KeyOf = (effect: Effect, attempt: number) => string | undefined

type BenchOptions = { rig: Rig; fault: Fault; pace: Pace; random: Random; keyOf?: KeyOf }

/** A seeded shop, its customers, and the means to send for them. */
export async function openBench({ rig, fault, pace, random, keyOf }: BenchOptions) {
  await rig.wire(fault.wiring)
  const balancer = createBalancer({ ports: rig.apis().map(({ unit }) => unit.port) })
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
        complain: (scandal) => void journal.scandals.push(scandal),
      }),
    )
    return {
      rig,
      balancer,
      http,
      journal,
      sender,
      shop,
      shoppers,
      database: createDatabase({ url: rig.databaseUrl }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

export type Bench = Awaited<ReturnType<typeof openBench>>

function seedOf({ seed = {} }: Fault, pace: Pace) {
  return typeof seed === "function" ? seed(pace) : seed
}
