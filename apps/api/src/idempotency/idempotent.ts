import { RefusalError } from "../errors.ts"
import type { Db } from "../infra/db.ts"
import { violates } from "../infra/db-errors.ts"
import type { Answer } from "./answer.ts"
import type { KeyedRequest } from "./request.ts"
import { KEY_TAKEN, findAnswers } from "./store.ts"

/**
 * Runs a keyed request at most once. A repeat that arrives while the first is in flight in this process gets its answer;
 * one that loses against another process gets the answer stored there.
 */
export function createIdempotent({ db }: { db: Db }) {
  const inFlight = new Map<string, { hash: string; answer: Promise<Answer> }>()

  async function runOrRead(request: KeyedRequest, run: () => Promise<Answer>): Promise<Answer> {
    try {
      return await run()
    } catch (error) {
      if (!violates(error, KEY_TAKEN)) throw error
      const answer = (await findAnswers(db, [request])).get(request.key)
      if (answer === undefined) {
        throw new RefusalError("IDEMPOTENCY_IN_PROGRESS", "Repeat the request in a moment", { cause: error })
      }
      return answer
    }
  }

  return async (request: KeyedRequest | null, run: () => Promise<Answer>): Promise<Answer> => {
    if (request === null) return run()
    const name = `${request.operation} ${request.key}`
    let first = inFlight.get(name)
    // The one in flight may have the wrong payload: what is stored after it decides.
    for (; first && first.hash !== request.hash; first = inFlight.get(name)) {
      await first.answer.catch(() => undefined)
    }
    if (first) return first.answer
    const answer = runOrRead(request, run).finally(() => inFlight.delete(name))
    inFlight.set(name, { hash: request.hash, answer })
    return answer
  }
}
