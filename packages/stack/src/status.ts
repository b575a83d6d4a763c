import { isAlive } from "./process-stat.mjs"
import { answers } from "./probe.ts"
import { sharedStack } from "./shared.ts"
import type { RunningService, StackState } from "./state.ts"

export type ServiceStatus = {
  name: string
  port: number
  pid: number
  state: "answers" | "silent" | "dead"
  log: string
}
export type StackStatus = Pick<StackState, "phase" | "startedAt" | "urls" | "deaths"> & {
  services: ServiceStatus[]
}

/** What of the stack of `loadctl up` answers at this moment; undefined when it is not running. */
export async function statusOfSharedStack(env: NodeJS.ProcessEnv): Promise<StackStatus | undefined> {
  const stack = sharedStack(env)
  if (!stack) return undefined
  const { phase, startedAt, urls, deaths } = stack
  return { phase, startedAt, urls, deaths, services: await Promise.all(stack.services.map(statusOf)) }
}

async function statusOf(service: RunningService): Promise<ServiceStatus> {
  const { name, port, pid, probe, log } = service
  if (!isAlive(service)) return { name, port, pid, state: "dead", log }
  const answered = await answers(probe).catch(() => false)
  return { name, port, pid, state: answered ? "answers" : "silent", log }
}
