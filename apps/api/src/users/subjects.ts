import type { Db } from "../infra/db.ts"
import { createSharedRead } from "../infra/shared-read.ts"
import { LINKABLE } from "./schema.ts"
import { createEpochCache } from "../shop/epoch-cache.ts"
import type { EpochWatch } from "../shop/epoch-watch.ts"

const MOST_REMEMBERED = 100_000
const USER_ID = /^[1-9]\d{0,9}$/

type SubjectsDeps = { db: Db; epochWatch: EpochWatch; maxQueued: number }
type Asked = { subject: string }

/** Whom the subject of a token stands for. A link never changes, so those that were found are remembered. */
export function createSubjects({ db, epochWatch, maxQueued }: SubjectsDeps) {
  const remembered = createEpochCache<number>({ epochWatch, most: MOST_REMEMBERED })
  const find = createSharedRead<Asked, number | null>({
    read: (asked) => findLinked(db, asked),
    missing: null,
    maxQueued,
  })
  return {
    /** The user whose id the subject is, or to whom POST /users linked it; null when it is neither. */
    userOf: async (subject: string): Promise<number | null> => {
      if (USER_ID.test(subject)) return Number(subject)
      if (!LINKABLE.test(subject)) return null
      return remembered(subject, () => find({ subject }))
    },
  }
}

async function findLinked(db: Db, asked: readonly Asked[]): Promise<ReadonlyMap<Asked, number>> {
  const subjects = JSON.stringify([...new Set(asked.map(({ subject }) => subject))])
  const rows = await db.$queryRaw<{ id: number; subject: string }[]>`
    SELECT id, subject FROM users WHERE subject = ANY (ARRAY(SELECT jsonb_array_elements_text(${subjects}::jsonb)))`
  const ids = new Map(rows.map(({ id, subject }) => [subject, id]))
  return new Map(
    asked.flatMap((one) => {
      const id = ids.get(one.subject)
      return id === undefined ? [] : [[one, id] as const]
    }),
  )
}
