import { PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import type { Program } from "../environment/program.ts"
import type { Fault, Experiment } from "./fault.ts"

/** The process is paused for longer than its own timeouts, then resumed. */
export const stallApi: Fault = {
  name: "stall-api",
  title: "the API is paused for 3 s",
  run: (experiment) => stall(experiment, () => experiment.environment.apis()[0]),
}

export const stallWorker: Fault = {
  name: "stall-worker",
  title: "the worker is paused for 3 s",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: (experiment) => stall(experiment, () => experiment.environment.worker()),
}

const STALL_MS = 3_000

function stall({ rounds, inject, wait }: Experiment, find: () => Program | undefined): Promise<void> {
  return rounds(3, () =>
    inject(async () => {
      const program = find()
      program?.pause()
      try {
        await wait(STALL_MS)
      } finally {
        program?.resume()
      }
      return Date.now()
    }),
  )
}
