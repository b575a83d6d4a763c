/**
 * What `target.stack` of loadctl.yaml names: a module that exports `provider`, which starts the target and what it
 * needs. loadctl brings none of its own.
 */
export type StackProvider = {
  /** Starts a stack of its own on free ports; disposing stops it and removes its data. */
  startPrivate: (options: PrivateOptions) => Promise<PrivateStack>
  /** Starts the stack that keeps running after this process, unless it runs already. Resolves when everything answers. */
  up: (options: UpOptions) => Promise<{ urls: StackUrls; alreadyRunning: boolean }>
  /** Stops what `up` started and says whether there was anything to stop; `purge` removes its data too. */
  down: (options: DownOptions) => Promise<boolean>
  /** What of it answers now; undefined when nothing runs. */
  status: (env: NodeJS.ProcessEnv) => Promise<StackStatus | undefined>
  /** What the machine has to have for it, for `loadctl doctor`. */
  prerequisites: (env: NodeJS.ProcessEnv) => Promise<Finding[]>
}

/** Where a stack answers: the target at `url`; what it does not have is an empty string. */
export type StackUrls = {
  url: string
  influxUrl: string
  databaseUrl: string
  redisUrl: string
  workerMetricsUrl: string
}

export type PrivateStack = AsyncDisposable & { urls: StackUrls }

/** Says that a step begins, runs it, and says how long it took. */
export type Progress = <T>(title: string, step: () => Promise<T>) => Promise<T>

export type PrivateOptions = {
  env: NodeJS.ProcessEnv
  /** Settings of the target, from `--env`. */
  targetEnv: Record<string, string>
  signal: AbortSignal
  progress: Progress
  /** Called when a part ended by itself. */
  onDeath: (death: { unit: string; reason: string }) => void
}

export type UpOptions = Pick<PrivateOptions, "env" | "targetEnv" | "signal" | "progress"> & {
  /** Where the target listens; undefined is its usual port. */
  port: number | undefined
  freePorts: boolean
  containers: boolean
  onReady: (unit: string, tookMs: number) => void
}

export type DownOptions = { env: NodeJS.ProcessEnv; purge: boolean; containers: boolean }

export type StackStatus = {
  phase: string
  startedAt: string
  urls: StackUrls
  services: {
    name: string
    port: number
    pid: number
    state: "answers" | "silent" | "dead"
    log: string
  }[]
  deaths: { unit: string; reason: string; logTail: string }[]
}

/** `later`: missing, but the first command that needs it installs it. `optional`: nothing needs it. */
export type Finding = {
  title: string
  state: "ok" | "later" | "optional" | "missing"
  /** Version or place when it is there, otherwise what is wrong. */
  detail: string
  /** The command that puts it right. */
  fix?: string
}
