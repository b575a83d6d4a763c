import { createBatcher } from "./batcher.ts"

const MAX_BATCH = 128

type SharedReadOptions<Asked, Found> = {
  /** Reads for all of them in one statement; those without an entry get `missing`. */
  read: (asked: readonly Asked[]) => Promise<ReadonlyMap<Asked, Found>>
  missing: Found
  /** Reads that may wait. */
  maxQueued: number
}

/**
 * Reads together what is requested while a read is in progress, one statement at a time: hundreds of callers who ask
 * for a row or two each then need one connection and one round trip. The statement begins after everyone who shares
 * it asked, so each finds whatever was committed before.
 */
export function createSharedRead<Asked extends object, Found>(options: SharedReadOptions<Asked, Found>) {
  const { read, missing, maxQueued } = options
  const batcher = createBatcher<Asked, { found: Found }>({
    commit: async (asked) => {
      const found = await read(asked)
      return new Map(asked.map((one) => [one, { found: found.get(one) ?? missing }]))
    },
    maxBatch: MAX_BATCH,
    maxInFlight: 1,
    maxQueued,
  })
  return async (asked: Asked): Promise<Found> => (await batcher.submit(asked)).found
}
