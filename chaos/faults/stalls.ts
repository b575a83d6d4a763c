import { PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import type { Program } from "../environment/program.ts"
import type { Fault, Experiment } from "./fault.ts"
import { flush } from "./kills.ts"

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

/** Whatever the API remembers of Redis is stale when it goes on. */
export const stallApiAndFlush: Fault = {
  name: "stall-api-flush",
  title: "the API is paused for 3 s, and Redis loses everything meanwhile",
  run: (experiment) =>
    stall(
      experiment,
      () => experiment.environment.apis()[0],
      () => flush(experiment),
    ),
}

const STALL_MS = 3_000

function stall(
  { rounds, inject, wait }: Experiment,
  find: () => Program | undefined,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<void> {
  return rounds(3, () =>
    inject(async () => {
      const program = find()
      program?.pause()
      try {
        await meanwhile()
        await wait(STALL_MS)
      } finally {
        program?.resume()
      }
      return Date.now()
    }),
  )
}
