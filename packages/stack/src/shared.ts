import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

import { interruptedError, StackError } from "./errors.ts"
import { clearAbandonedStacks } from "./abandoned.ts"
import { REPOSITORY, stacksDir } from "./folders.ts"
import { signalProcess } from "./identity.ts"
import { isAlive } from "./process-stat.mjs"
import { withLock } from "./lock.mjs"
import { planStack } from "./plan.ts"
import { assertFree, DOCUMENTED_PORTS, freePort, freePorts } from "./ports.ts"
import type { Progress } from "./provide/progress.ts"
import { readState, removeFolders } from "./state.ts"
import type { StackState } from "./state.ts"
import { runSupervisor } from "./supervisor-process.ts"
import type { SupervisorOptions } from "./supervisor-process.ts"
import { SERVICES } from "./unit.ts"

const NAME = "up"
const GONE_POLL_MS = 50
// Longer than the grace of a service, a database with much to write included.
const GONE_TIMEOUT_MS = 60_000

export type SharedStackOptions = Pick<SupervisorOptions, "signal" | "onReady"> & {
  env: NodeJS.ProcessEnv
  apiPort: number
  /** Takes free ports instead of the documented ones. */
  freePorts: boolean
  shopEnv: Record<string, string>
  progress: Progress
}

/** The stack of `loadctl up`, while its supervisor runs; its services may have ended nevertheless. */
export function sharedStack(env: NodeJS.ProcessEnv): StackState | undefined {
  const state = readState(sharedDir(env))
  return state && isAlive(state.supervisor) ? state : undefined
}

/** Starts the stack that keeps running after this process, unless it runs already. Resolves when everything answers. */
export async function startSharedStack(
  options: SharedStackOptions,
): Promise<{ stack: StackState; alreadyRunning: boolean }> {
  const { env, signal } = options
  const start = async () => {
    const running = sharedStack(env)
    if (running?.phase === "ready") return { stack: running, alreadyRunning: true }
    if (running) await untilGone(running)
    await clearAbandonedStacks(stacksDir(env))
    const { keep } = await runSupervisor(await planShared(options), options)
    await keep()
    const stack = sharedStack(env)
    if (!stack) throw new StackError("The stack ended right after it had started.")
    return { stack, alreadyRunning: false }
  }
  return withLock(join(stacksDir(env), `${NAME}.lock`), start, { signal }).catch((error: unknown) => {
    throw signal?.aborted ? interruptedError() : error
  })
}

export type StopOptions = { env: NodeJS.ProcessEnv; purge: boolean }

/** Stops the stack of `loadctl up` and says whether there was one; `purge` removes its data as well. */
export async function stopSharedStack({ env, purge }: StopOptions): Promise<boolean> {
  const running = sharedStack(env)
  if (running) {
    signalProcess(running.supervisor, "SIGTERM")
    await untilGone(running)
  }
  await clearAbandonedStacks(stacksDir(env))
  if (purge) await removeFolders(readState(sharedDir(env))?.folders ?? [])
  return running !== undefined
}

async function planShared({ env, apiPort, freePorts: anyPorts, shopEnv, progress }: SharedStackOptions) {
  const ports = anyPorts ? await freePorts() : { ...DOCUMENTED_PORTS, api: apiPort }
  if (!anyPorts) await assertFree(ports)
  return planStack({
    name: NAME,
    root: REPOSITORY,
    dir: sharedDir(env),
    services: SERVICES,
    ports,
    influxBackupPort: await freePort(),
    migrate: true,
    watch: false,
    keepData: true,
    env,
    shopEnv,
    progress,
  })
}

async function untilGone({ supervisor }: StackState): Promise<void> {
  const deadline = Date.now() + GONE_TIMEOUT_MS
  while (isAlive(supervisor)) {
    if (Date.now() > deadline) {
      throw new StackError(`The stack's supervisor (pid ${supervisor.pid}) does not end.`, {
        hint: `kill -9 ${supervisor.pid} && loadctl down`,
      })
    }
    await sleep(GONE_POLL_MS)
  }
}

function sharedDir(env: NodeJS.ProcessEnv): string {
  return join(stacksDir(env), NAME)
}
