import type { Redis } from "ioredis"
import { RefusalError } from "../errors.ts"
import { withRedisErrors, redisRunId } from "../infra/redis.ts"
import { every } from "../infra/every.ts"
import { shopKey } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"

const WATCH_EVERY_MS = 250

/** The shop as Redis has it now. A rebuild of Redis starts a new generation; seeding starts a new epoch. */
export type Shop = { epoch: Epoch; generation: string }

/** What a script answers when it was asked about a shop that is not there any more. */
export const LOST = "LOST"

/** `away`: no connection, nothing known. `lost`: Redis answers, and what it holds is not to be trusted. */
type Status = Shop | "away" | "lost"

type ViewState = { status: Status; runId: string | undefined; connection: number }

/** This process's view of the shop in Redis. It is dropped with the connection, so that a restarted Redis is never trusted. */
export function createShopView({ redis }: { redis: Redis }) {
  const state: ViewState = { status: "away", runId: undefined, connection: 0 }

  async function read() {
    const { connection } = state
    state.runId ??= await redisRunId(redis)
    const [epoch, generation, runId] = await withRedisErrors(
      redis.hmget(shopKey, "epoch", "generation", "runId"),
    )
    if (connection !== state.connection) return
    state.status = epoch && generation && runId === state.runId ? { epoch, generation } : "lost"
  }

  const refresh = createSharedLook(read)

  function drop() {
    state.connection++
    state.runId = undefined
    state.status = "away"
  }

  function current(): Shop {
    if (typeof state.status === "object") return state.status
    throw new RefusalError("UNAVAILABLE", "The counts in Redis are being rebuilt", { retryAfterSeconds: 1 })
  }

  /** A shop that was lost may have been opened since the last look, so that nobody is refused before another. */
  async function find(): Promise<Shop> {
    if (state.status === "lost") await refresh()
    return current()
  }

  /** Runs `ask` on the present shop; when that one is gone, once more on its successor. */
  async function withShop<T>(ask: (shop: Shop) => Promise<T | typeof LOST>): Promise<T> {
    const first = await ask(await find())
    if (first !== LOST) return first
    await refresh()
    const second = await ask(current())
    if (second === LOST)
      throw new RefusalError("UNAVAILABLE", "The shop is being refilled", { retryAfterSeconds: 1 })
    return second
  }

  const onReady = () => void refresh().catch(() => undefined)
  redis.on("close", drop)
  redis.on("ready", onReady)
  const watch = every({ everyMs: WATCH_EVERY_MS, step: refresh, onError: () => undefined })

  return {
    current,
    find,
    refresh,
    withShop,
    status: () => state.status,
    async stop() {
      redis.off("close", drop)
      redis.off("ready", onReady)
      await watch.stop()
    },
  }
}

/** Callers share a look that begins after they asked: one under way may have seen the shop before their change. */
function createSharedLook(look: () => Promise<void>) {
  let looking: Promise<void> | undefined
  let next: Promise<void> | undefined

  return function share(): Promise<void> {
    if (looking) {
      next ??= looking
        .catch(() => undefined)
        .then(() => {
          next = undefined
          return share()
        })
      return next
    }
    looking = look().finally(() => (looking = undefined))
    return looking
  }
}

export type ShopView = ReturnType<typeof createShopView>
