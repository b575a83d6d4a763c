import { randomBytes } from "node:crypto"
import { join } from "node:path"

import { StackError } from "./errors.ts"
import { clearAbandonedStacks } from "./abandoned.ts"
import { REPOSITORY, stacksDir } from "./folders.ts"
import { planStack } from "./plan.ts"
import { freePort, freePorts } from "./ports.ts"
import type { Ports } from "./ports.ts"
import { silently } from "./provide/progress.ts"
import type { Progress } from "./provide/progress.ts"
import { runSupervisor } from "./supervisor-process.ts"
import type { SupervisorOptions } from "./supervisor-process.ts"
import { SERVICES } from "./unit.ts"
import type { Service, StackPlan, StackUrls } from "./unit.ts"

const ATTEMPTS = 3
const PORT_TAKEN = /address already in use|EADDRINUSE/i

export type StackOptions = SupervisorOptions & {
  env: NodeJS.ProcessEnv
  /** Which parts to start; all of them by default. */
  services?: readonly Service[]
  /** Ports that must be these; the others are free ones. */
  ports?: Partial<Ports>
  /** Settings of the API and its worker, for example `{ ORDER_STRATEGY: "conditional" }`. */
  shopEnv?: Record<string, string>
  /** Settings of PostgreSQL, for example `{ timezone: "Asia/Seoul" }`. */
  databaseSettings?: Record<string, string>
  /** Whether to apply the migrations; by default when the API or the worker is started. */
  migrate?: boolean
  /** Restarts the API and the worker when their files change. */
  watch?: boolean
  /** Receives the progress of what takes long: installing and building what is missing. */
  progress?: Progress
}

export type Stack = AsyncDisposable & {
  urls: StackUrls
  /** Folder with the logs, for as long as the stack runs. */
  dir: string
  stop: () => Promise<void>
}

/**
 * Starts a private stack on free ports and resolves when every part answers. Its processes and data go when it is
 * stopped, and also when this process ends in whatever way. Rejects with a StackError that names what is missing
 * or what failed, with the end of its log.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = stacksDir(options.env)
  await clearAbandonedStacks(folder)
  const { plan, supervisor } = await startOnFreePorts(folder, options)
  const stop = async (): Promise<void> => {
    await supervisor.stop()
    // For the case that the supervisor was killed before it could clean up.
    await clearAbandonedStacks(folder)
  }
  return { urls: plan.urls, dir: plan.dir, stop, [Symbol.asyncDispose]: stop }
}

/** Between finding a free port and listening on it another stack may take it; then other ports are tried. */
async function startOnFreePorts(folder: string, options: StackOptions, attempts = ATTEMPTS) {
  const plan = await planPrivate(folder, options)
  try {
    return { plan, supervisor: await runSupervisor(plan, options) }
  } catch (error) {
    const portWasTaken = error instanceof StackError && PORT_TAKEN.test(error.message)
    const mayChoose = Object.keys(options.ports ?? {}).length === 0
    if (attempts === 1 || !portWasTaken || !mayChoose) throw error
    return startOnFreePorts(folder, options, attempts - 1)
  }
}

async function planPrivate(folder: string, options: StackOptions): Promise<StackPlan> {
  const {
    env,
    services = SERVICES,
    shopEnv = {},
    watch = false,
    progress = silently,
    databaseSettings = {},
  } = options
  const name = `private-${randomBytes(4).toString("hex")}`
  return planStack({
    name,
    root: REPOSITORY,
    dir: join(folder, name),
    services,
    ports: { ...(await freePorts()), ...options.ports },
    influxBackupPort: await freePort(),
    migrate: options.migrate ?? services.some((service) => service === "api" || service === "worker"),
    watch,
    keepData: false,
    env,
    shopEnv,
    databaseSettings,
    progress,
  })
}
