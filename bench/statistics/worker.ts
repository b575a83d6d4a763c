import { parentPort } from "node:worker_threads"

import { STUDIES } from "./catalogue.ts"
import { runPart } from "./study.ts"

/** A part of one of the studies, by its place in the catalogue. */
export type Task = { study: number; from: number; to: number }

parentPort!.on("message", ({ study, from, to }: Task) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  parentPort!.postMessage(runPart(STUDIES[study]!, { from, to }))
})
