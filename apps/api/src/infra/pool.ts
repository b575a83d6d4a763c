import { Pool } from "pg"
import type { PoolClient, PoolConfig } from "pg"

/** Sees how many connections there are, and how long every caller waited for one. */
export type PoolObserver = {
  opened: (pool: PoolState) => void
  acquired: (waitedMs: number) => void
}

export type PoolState = Pick<Pool, "totalCount" | "idleCount" | "waitingCount">

type Callback = (error: Error | undefined, client: PoolClient | undefined, done: () => void) => void

/** pg's pool, which tells how long its callers waited for a connection; those who gave up waited too. */
export class ObservedPool extends Pool {
  readonly #observer: PoolObserver

  constructor(config: PoolConfig, observer: PoolObserver) {
    super(config)
    this.#observer = observer
    observer.opened(this)
  }

  override connect(): Promise<PoolClient>
  override connect(callback: Callback): void
  override connect(callback?: Callback): Promise<PoolClient> | void {
    const since = performance.now()
    const acquired = () => this.#observer.acquired(performance.now() - since)
    if (!callback) return super.connect().finally(acquired)
    super.connect((error, client, done) => {
      acquired()
      callback(error, client, done)
    })
  }
}
