import type { Envelope } from "../report/envelope.ts"
import { beginReport } from "../report/envelope.ts"
import { once } from "node:events"
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"

import type { Io } from "@saleproof/command/io.ts"
import { STUDIES } from "./catalogue.ts"
import { addParts } from "./study.ts"
import type { Part, Wanted } from "./study.ts"
import type { Task } from "./worker.ts"

/** One study with the means of its trials, and whether it is as it was wanted. */
export type StudyResult = {
  name: string
  trials: number
  means: Record<string, number>
  wanted: (Wanted & { value: number; ok: boolean })[]
}

/** What `docs/results/statistics.json` holds. */
export type StudyReport = Envelope & {
  schema: "saleproof.statistics/1"
  studies: StudyResult[]
}

// Small enough that both workers end at about the same time.
const PART = 50
const QUICK_SHARE = 0.05

/** Simulates every study, its trials spread over worker threads; the same seeds, so the same figures, every time. */
export async function runStudies({ io, quick }: { io: Io; quick: boolean }): Promise<StudyReport> {
  const finish = beginReport({ io, quick, args: "statistics" })
  const done = STUDIES.map((): Part[] => [])
  const tasks = STUDIES.flatMap(({ trials }, study) => partsOf(study, quick ? trials * QUICK_SHARE : trials))
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), tasks.length) }, () => work(tasks, { done, io })),
  )
  const studies = done.flatMap((parts, index) => (parts.length > 0 ? [resultOf(index, parts)] : []))
  return {
    schema: "saleproof.statistics/1",
    ...(await finish(tasks.length === 0 && !io.interrupted.aborted)),
    studies,
  }
}

function partsOf(study: number, trials: number): Task[] {
  return Array.from({ length: Math.ceil(trials / PART) }, (_, part) => ({
    study,
    from: part * PART + 1,
    to: Math.min((part + 1) * PART, trials) + 1,
  }))
}

type Working = { done: Part[][]; io: Io }

/** Takes tasks from the front until there are none, or Ctrl-C. */
async function work(tasks: Task[], { done, io }: Working): Promise<void> {
  const worker = new Worker(new URL("worker.ts", import.meta.url))
  try {
    for (let task = tasks.shift(); task && !io.interrupted.aborted; task = tasks.shift()) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
      worker.postMessage(task)
      const [part]: Part[] = await once(worker, "message")
      done[task.study]!.push(part!)
      const { name, trials } = STUDIES[task.study]!
      if (task.to > trials) io.stderr(`${name}\n`)
    }
  } finally {
    await worker.terminate()
  }
}

function resultOf(study: number, parts: readonly Part[]): StudyResult {
  const { name, wanted } = STUDIES[study]!
  const { trials, sums } = addParts(parts)
  const means = Object.fromEntries(Object.entries(sums).map(([figure, sum]) => [figure, sum / trials]))
  return {
    name,
    trials,
    means,
    wanted: wanted.map((one) => {
      const value = means[one.figure]!
      return { ...one, value, ok: one.at === "least" ? value >= one.share : value <= one.share }
    }),
  }
}
