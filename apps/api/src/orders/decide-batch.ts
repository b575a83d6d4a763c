import assert from "node:assert/strict"
import type { Answer } from "../idempotency/answer.ts"
import { orderRow, placedAnswer, refusedOrder } from "./answer.ts"
import type { LockedRows } from "./batch-rows.ts"
import { createDecider } from "./decide.ts"
import type { Decided, OrderCommand } from "./decide.ts"
import type { OrderJob } from "./job.ts"
import { repeatedAnswer } from "./keyed-orders.ts"

/** An order with the id it gets if it is placed. */
type NumberedOrder = OrderCommand & { id: number; job: OrderJob }
export type PlacedOrder = Extract<Decided<NumberedOrder>, { outcome: "placed" }>

/** The orders that are placed, at `at`: the database's time in ms since 1970. */
export type DecidedBatch = { answers: Map<OrderJob, Answer>; placed: PlacedOrder[]; at: number }

/** Decides a batch in its order. What a key placed before, in this batch or an earlier one, is answered again. */
export function decideBatch(jobs: readonly OrderJob[], { rows, known, orderIds }: LockedRows): DecidedBatch {
  const decide = createDecider(rows)
  const firsts = new Map(known)
  const placed: PlacedOrder[] = []

  function answer(job: OrderJob, id: number): Answer {
    const { command, request } = job
    const first = request && firsts.get(request.identity)
    if (first) return repeatedAnswer(first, request)
    const decided = decide({ ...command, id, job })
    if (decided.outcome === "refused") return refusedOrder(decided.refused)
    placed.push(decided)
    const row = orderRow(id, command, decided.placed)
    if (request) firsts.set(request.identity, { ...row, ...request })
    return placedAnswer(row)
  }

  const answers = new Map<OrderJob, Answer>()
  for (const [at, job] of jobs.entries()) {
    const id = orderIds[at]
    assert(id !== undefined, "every order of a batch has an id")
    answers.set(job, answer(job, id))
  }
  return { answers, placed, at: rows.at }
}
