import { setTimeout as sleep } from "node:timers/promises"

import { signalProcess } from "./identity.ts"
import { isAlive } from "./process-stat.mjs"
import { abandonedStacks, removeFolders } from "./state.ts"
import type { RunningService } from "./state.ts"

const GONE_POLL_MS = 50

/** Ends what the supervisors that were killed left behind, and removes their private data. */
export async function clearAbandonedStacks(stacksDir: string): Promise<void> {
  await Promise.all(
    abandonedStacks(stacksDir).map(async (state) => {
      await Promise.all(state.services.map(end))
      if (!state.keepData) await removeFolders(state.folders)
    }),
  )
}

/** No process waits for these any more, so they need no grace. */
async function end(service: RunningService): Promise<void> {
  // PostgreSQL's children outlive a SIGKILL of their parent for a moment; SIGQUIT makes it end them itself.
  signalProcess(service, service.name === "postgres" ? "SIGQUIT" : "SIGKILL")
  while (isAlive(service)) await sleep(GONE_POLL_MS)
}
