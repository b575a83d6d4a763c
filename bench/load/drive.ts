import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

import { LoadEvent } from "./model.ts"
import type { LoadPlan, LoadResult } from "./model.ts"

type DriveOptions = { plan: LoadPlan; onWarm: () => Promise<void>; signal: AbortSignal }

/** Lets a process of its own call the shop; resolves with what it measured. */
export async function drive({ plan, onWarm, signal }: DriveOptions): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, "caller-process.ts"), { signal, killSignal: "SIGKILL" })
  const ended = once(child, "exit")
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.on("error", reject)
    child.on("exit", () => reject(new Error("The callers ended without a result")))
    child.on("message", (message) => {
      const event = LoadEvent.parse(message)
      if (event.event === "done") resolve(event)
      else onWarm().catch(reject)
    })
  })
  child.send(plan)
  const measured = await result
  await ended
  return measured
}
