import { Pool } from "pg"
import type { PoolClient, PoolConfig } from "pg"

/** Sees how many connections there are, and how long every caller waited for one. */
export type PoolObserver = {
  opened: (pool: PoolState) => void
  acquired: (waitedMs: number) => void
}

export type PoolState = Pick<Pool, "totalCount" | "idleCount" | "waitingCount">

type Callback = (error: Error | undefined, client: PoolClient | undefined, done: () => void) => void

async function hand(connecting: Promise<PoolClient>, callback: Callback): Promise<void> {
  const [client, error] = await connecting.then(
    (opened) => [opened, undefined] as const,
    (cause: unknown) => [undefined, cause instanceof Error ? cause : new Error(String(cause))] as const,
  )
  callback(error, client, () => client?.release())
}

/** The pools of a process: what one of them learns of the server holds for all. */
export function createPoolGroup() {
  const pools = new Set<ObservedPool>()
  return {
    add: (pool: ObservedPool): void => void pools.add(pool),
    discardConnections: (): void => pools.forEach((pool) => pool.discardConnections()),
  }
}

export type PoolGroup = ReturnType<typeof createPoolGroup>

/**
 * pg's pool, which reports how long its callers waited for a connection; those who gave up waited too. Its
 * connections can be discarded: idle ones when they would be used again, busy ones when they are released.
 */
export class ObservedPool extends Pool {
  readonly #observer: PoolObserver | undefined
  readonly #generations = new WeakMap<PoolClient, number>()
  #generation = 0

  constructor(config: PoolConfig, observer: PoolObserver | undefined) {
    super(config)
    this.#observer = observer
    this.on("connect", (client) => {
      this.#generations.set(client, this.#generation)
      // pg's pool stops listening before its caller begins to, and an error in between would end the process; the next
      // statement of the connection fails with it.
      client.on("error", () => undefined)
    })
    observer?.opened(this)
  }

  /** Lets no connection of now be used again, as after a failover: they lead to a server that takes no writes. */
  discardConnections(): void {
    this.#generation++
  }

  override connect(): Promise<PoolClient>
  override connect(callback: Callback): void
  override connect(callback?: Callback): Promise<PoolClient> | void {
    const since = performance.now()
    const acquired = () => this.#observer?.acquired(performance.now() - since)
    const connecting = this.#connectFresh().finally(acquired)
    if (!callback) return connecting
    void hand(connecting, callback)
  }

  async #connectFresh(): Promise<PoolClient> {
    for (;;) {
      const client = await super.connect()
      if (!this.#isDiscarded(client)) return this.#guardRelease(client)
      client.release(true)
    }
  }

  #guardRelease(client: PoolClient): PoolClient {
    const release = client.release.bind(client)
    client.release = (error) => release(error ?? this.#isDiscarded(client))
    return client
  }

  #isDiscarded(client: PoolClient): boolean {
    return this.#generations.get(client) !== this.#generation
  }
}
