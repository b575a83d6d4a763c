import { violates } from "../infra/db-errors.ts"

/**
 * Runs a transaction again, once, when another process has committed one of its keys meanwhile: the repeat finds the
 * row. `index` is the unique index of the keys.
 */
export async function repeatIfTaken<T>(index: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!violates(error, index)) throw error
    return await run()
  }
}
