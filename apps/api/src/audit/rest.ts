import { setTimeout as sleep } from "node:timers/promises"
import { oneRow } from "../infra/db.ts"
import type { Db } from "../infra/db.ts"

const LOOKS = 10
const LOOK_EVERY_MS = 10
/** What reads a long history rests for these shares of the time that its last piece took. */
const REST_ALONE = 0.05
const REST_BESIDE_OTHERS = 3

/** How long to rest after a piece that took so long, in ms. */
export type Rest = (tookMs: number) => Promise<number>

/** The more others ask of the database, the longer; while nobody does, hardly at all. */
export function createRest(db: Db): Rest {
  return async (tookMs) => {
    const busy = await busyShare(db)
    return tookMs * (REST_ALONE + busy * (REST_BESIDE_OTHERS - REST_ALONE))
  }
}

/** The share of a few looks at the database, 0 to 1, in which a statement of somebody else ran. */
async function busyShare(db: Db): Promise<number> {
  let busy = 0
  for (let look = 0; look < LOOKS; look++) {
    const row = await oneRow<{ busy: boolean }>(db)`
      SELECT EXISTS (SELECT FROM pg_stat_activity
                     WHERE state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()
                       AND backend_type = 'client backend') AS busy`
    if (row.busy) busy++
    await sleep(LOOK_EVERY_MS)
  }
  return busy / LOOKS
}
