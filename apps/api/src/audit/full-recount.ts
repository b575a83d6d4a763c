import { setTimeout as sleep } from "node:timers/promises"
import { RefusalError } from "../errors.ts"
import { databaseRefusal } from "../infra/db-errors.ts"
import type { Db } from "../infra/db.ts"
import { newRecount, recountNext } from "./recount.ts"
import type { Recount, Violations } from "./recount.ts"
import type { Rest } from "./rest.ts"

const TRIES = 4
const TRY_AGAIN_MS = 1_000
const ASK_AGAIN_S = 10

export type RecountState = "running" | "complete" | "ended early"

/** How far the last recount of what is sealed is or was, and the violations that it found so far. */
export type RecountProgress = {
  state: RecountState
  startedAt: string
  segments: { counted: number; of: number }
  /** By id: ledgers of users up to `counted`, of those up to `of`. */
  users: { counted: number; of: number }
  violations: { id: string; violations: number }[]
}

type Running = { recount: Recount; startedAt: Date; state: RecountState }

type FullRecountDeps = {
  db: Db
  rest: Rest
  onProgress?: (progress: RecountProgress) => void
  tryAgainMs?: number
}

/** Counts again what is sealed: in short pieces with rests between them, and where the last one ended early from there. */
export function createFullRecount({ db, rest, onProgress, tryAgainMs = TRY_AGAIN_MS }: FullRecountDeps) {
  let last: Running | undefined

  function progress(): RecountProgress | null {
    if (!last) return null
    const { recount, startedAt, state } = last
    return {
      state,
      startedAt: startedAt.toISOString(),
      segments: { counted: recount.segmentsDone, of: recount.sealed?.segments.length ?? 0 },
      users: { counted: recount.throughUser, of: recount.sealed?.lastUser ?? 0 },
      violations: [...recount.found].flatMap(([id, violations]) =>
        violations > 0 ? { id, violations } : [],
      ),
    }
  }

  /** What a database that is away for a moment fails is tried again; a piece that takes too long would do so again. */
  async function tryNext(recount: Recount): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        return await recountNext(db, recount)
      } catch (error) {
        if (tries === TRIES || databaseRefusal(error)?.code !== "UNAVAILABLE") throw error
        await sleep(tryAgainMs)
      }
    }
  }

  async function countAll(recount: Recount): Promise<void> {
    for (;;) {
      const beganAt = performance.now()
      if (!(await tryNext(recount))) return
      const state = progress()
      if (state) onProgress?.(state)
      await sleep(await rest(performance.now() - beganAt))
    }
  }

  return {
    progress,

    /**
     * Answers all that it found.
     * @throws OVERLOADED while another one runs, UNAVAILABLE when it ended early: each says what it found so far
     */
    async run(): Promise<Violations> {
      const running = progress()
      if (running?.state === "running") throw inProgress(running)
      // Nothing is awaited until this one counts as running.
      const current: Running =
        last?.state === "ended early"
          ? { ...last, state: "running" }
          : { recount: newRecount(), startedAt: new Date(), state: "running" }
      last = current
      try {
        await countAll(current.recount)
        current.state = "complete"
        return current.recount.found
      } catch (cause) {
        current.state = "ended early"
        const refusal = endedEarly(cause, progress())
        // What was sealed is gone, so nothing of it can be continued.
        if (cause instanceof RefusalError) last = undefined
        throw refusal
      }
    },
  }
}

export type FullRecount = ReturnType<typeof createFullRecount>

function inProgress(progress: RecountProgress): RefusalError {
  const detail = `A full audit is in progress: ${describe(progress)}`
  return new RefusalError("OVERLOADED", detail, { retryAfterSeconds: 60, extra: { recount: progress } })
}

function endedEarly(cause: unknown, progress: RecountProgress | null): RefusalError {
  const reason = cause instanceof RefusalError ? cause : databaseRefusal(cause)
  // A bug of the audit is none of the client's business; it is logged as one.
  if (!reason || !progress) throw cause
  const detail = `The full audit ended early: ${reason.message}. ${describe(progress)}`
  return new RefusalError("UNAVAILABLE", detail, {
    cause,
    retryAfterSeconds: ASK_AGAIN_S,
    extra: { recount: progress },
  })
}

function describe({ segments, users, violations }: RecountProgress): string {
  const ledgers = `ledgers up to user ${users.counted} of ${users.of}`
  const found = violations.map((check) => `${check.violations} of ${check.id}`).join(", ")
  return `${segments.counted} of ${segments.of} segments and ${ledgers} are counted again; violations: ${found || "none"}`
}
