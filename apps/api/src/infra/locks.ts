import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import type { Redis } from "ioredis"
import { RefusalError } from "../errors.ts"
import { withRedisErrors, createScript } from "./redis.ts"

type LocksDeps = { redis: Redis; waitMs?: number | undefined; ttlMs?: number }

const WAIT_MS = 3_000
// Longer than a transaction may take, so that a lock never ends before the work that it covers.
const TTL_MS = 10_000
const POLL_MS = 15

const releaseScript = createScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`)

/** Locks in Redis with an owner: only who took a lock can release it, and the lock of an owner that died expires. */
export function createLocks({ redis, waitMs = WAIT_MS, ttlMs = TTL_MS }: LocksDeps) {
  const acquire = async (key: string, token: string) =>
    (await withRedisErrors(redis.set(key, token, "PX", ttlMs, "NX"))) === "OK"

  // What was locked is done by now; should Redis be down, the lock expires by its TTL.
  async function release(key: string, token: string) {
    await releaseScript(redis, [key], [token]).catch(() => undefined)
  }

  async function acquireWithin(key: string, token: string, deadline: number) {
    while (!(await acquire(key, token))) {
      if (performance.now() >= deadline) {
        throw new RefusalError("OVERLOADED", "Waited too long for a lock", { retryAfterSeconds: 1 })
      }
      await sleep(POLL_MS * (0.5 + Math.random()))
    }
  }

  /**
   * Takes every key, in one order for all callers, so that none deadlocks. A caller that waits longer than the limit for
   * all of them gives back what it has and gets OVERLOADED. Disposing releases.
   */
  async function hold(keys: readonly string[]): Promise<AsyncDisposable> {
    const token = randomUUID()
    const deadline = performance.now() + waitMs
    await using taken = new AsyncDisposableStack()
    for (const key of [...new Set(keys)].toSorted()) {
      // Noted first: an answer that got lost may have been an OK, and releasing what is not ours does nothing.
      taken.defer(() => release(key, token))
      await acquireWithin(key, token, deadline)
    }
    return taken.move()
  }

  /** Runs `work` while this owner holds every key. */
  async function withLocks<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    await using held = new AsyncDisposableStack()
    held.use(await hold(keys))
    return await work()
  }

  return { hold, withLocks }
}

export type Locks = ReturnType<typeof createLocks>
