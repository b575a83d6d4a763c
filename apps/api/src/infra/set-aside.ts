const TRY_AGAIN_MS = 30_000
/** So many are tried again at a time, since each costs a transaction. */
const MOST_AGAIN = 20

type Moving = { move: (id: number) => Promise<unknown>; isRefusal: (error: unknown) => boolean }
type Refused = { refused: number[]; err: unknown }
type SetAsideOptions = { tryAgainMs?: number; now?: () => number }

/**
 * Rows that PostgreSQL refused, by id: they stay where they are and are left out, so that they hold nobody up. Each is
 * tried again after a while, since what refused it may be mended.
 */
export function createSetAside({
  tryAgainMs = TRY_AGAIN_MS,
  now = () => performance.now(),
}: SetAsideOptions = {}) {
  const until = new Map<number, number>()
  return {
    ids: (): Iterable<number> => until.keys(),

    /** Moves each row by itself; answers those that were refused, with the last reason. Any other error ends it. */
    async moveOneByOne(ids: readonly number[], { move, isRefusal }: Moving): Promise<Refused> {
      const refused: number[] = []
      let err: unknown
      for (const id of ids) {
        try {
          await move(id)
          // What refused it was mended, so the others may be taken together again.
          if (until.has(id)) until.clear()
        } catch (error) {
          if (!isRefusal(error)) throw error
          // The last in the order in which they are tried again.
          until.delete(id)
          until.set(id, now() + tryAgainMs)
          refused.push(id)
          err = error
        }
      }
      return { refused, err }
    },

    /** Those whose time has come, the first ones first. */
    due: (): number[] =>
      [...until]
        .filter(([, at]) => at <= now())
        .slice(0, MOST_AGAIN)
        .map(([id]) => id),
  }
}

export type SetAside = ReturnType<typeof createSetAside>
