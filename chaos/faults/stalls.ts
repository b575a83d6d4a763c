import { PROMPT_LIMIT_MS } from "../checks/away.ts"
import type { Program } from "../rig/program.ts"
import type { Fault, Site } from "./fault.ts"

/** The process stands still for longer than its own timeouts, then wakes up to find that they are over. */
export const stallApi: Fault = {
  name: "stall-api",
  title: "the API stands still for 3 s",
  inject: (site) => stall(site, () => site.rig.apis()[0]),
}

export const stallWorker: Fault = {
  name: "stall-worker",
  title: "the worker stands still for 3 s",
  promptLimitMs: PROMPT_LIMIT_MS,
  inject: (site) => stall(site, () => site.rig.worker()),
}

const STALL_MS = 3_000

function stall({ rounds, injure, wait }: Site, find: () => Program | undefined): Promise<void> {
  return rounds(3, () =>
    injure(async () => {
      const program = find()
      program?.freeze()
      try {
        await wait(STALL_MS)
      } finally {
        program?.thaw()
      }
      return Date.now()
    }),
  )
}
