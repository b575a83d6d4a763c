import { startContainers, stopContainers } from "./docker.ts"
import { checkPrerequisites } from "./prerequisites.ts"
import type { Finding } from "./prerequisites.ts"
import type { Progress } from "./provide/progress.ts"
import { startSharedStack, stopSharedStack } from "./shared.ts"
import { startStack } from "./start.ts"
import type { Stack } from "./start.ts"
import { statusOfSharedStack } from "./status.ts"
import type { StackStatus } from "./status.ts"
import type { StackUrls } from "./unit.ts"

const API_PORT = 8080

type Common = {
  env: NodeJS.ProcessEnv
  targetEnv: Record<string, string>
  signal: AbortSignal
  progress: Progress
}

type PrivateOptions = Common & { onDeath: (death: { unit: string; reason: string }) => void }

type UpOptions = Common & {
  port: number | undefined
  freePorts: boolean
  containers: boolean
  onReady: (unit: string, tookMs: number) => void
}

type DownOptions = { env: NodeJS.ProcessEnv; purge: boolean; containers: boolean }

/** This repository's services, as `target.stack` of its loadctl.yaml names them. */
export const provider = {
  startPrivate: ({ targetEnv, ...options }: PrivateOptions): Promise<Stack> =>
    startStack({ ...options, shopEnv: targetEnv }),
  up,
  down,
  status: (env: NodeJS.ProcessEnv): Promise<StackStatus | undefined> => statusOfSharedStack(env),
  prerequisites: (env: NodeJS.ProcessEnv): Promise<Finding[]> => checkPrerequisites(env),
}

async function up(options: UpOptions): Promise<{ urls: StackUrls; alreadyRunning: boolean }> {
  const { port = API_PORT, containers, targetEnv: shopEnv, ...common } = options
  if (containers) {
    return { urls: await startContainers({ env: common.env, apiPort: port, shopEnv }), alreadyRunning: false }
  }
  const { stack, alreadyRunning } = await startSharedStack({ ...common, apiPort: port, shopEnv })
  return { urls: stack.urls, alreadyRunning }
}

async function down({ env, purge, containers }: DownOptions): Promise<boolean> {
  if (!containers) return stopSharedStack({ env, purge })
  await stopContainers({ env, purge })
  return true
}
