import { z } from "zod"

/** The long-running parts of a stack, in the order in which they are listed to people. */
export const SERVICES = ["postgres", "redis", "influxdb", "api", "worker"] as const
export type Service = (typeof SERVICES)[number]

/** How to find out that a service answers in its own protocol; data, because other processes ask too. */
export const Probe = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("postgres"), url: z.string() }),
  z.object({ kind: z.literal("redis"), port: z.number() }),
  z.object({ kind: z.literal("http"), url: z.string() }),
])
export type Probe = z.infer<typeof Probe>

/**
 * One process of a stack. A task has to end with exit code 0, and its `doneFile` then says so to the next start; a
 * service has to answer its probe and stay.
 */
export type Unit = {
  name: string
  /** Units that must be ready first; on the way down they stop after this one. */
  after: readonly string[]
  command: string
  args: readonly string[]
  env: Record<string, string>
  cwd: string
  /** Only root sets these: the unprivileged account that the process runs as. */
  uid?: number
  gid?: number
  /** File that gets stdout and stderr. */
  log: string
} & (
  | { kind: "task"; doneFile?: string }
  | { kind: "service"; port: number; probe: Probe; stopSignal: NodeJS.Signals }
)

export type TaskUnit = Extract<Unit, { kind: "task" }>
export type ServiceUnit = Extract<Unit, { kind: "service" }>

/** Where a running stack answers; what was not asked for is an empty string. */
export type StackUrls = {
  url: string
  influxUrl: string
  databaseUrl: string
  redisUrl: string
  workerMetricsUrl: string
}

/** Everything the supervisor needs; it decides nothing itself. */
export type StackPlan = {
  name: string
  /** Folder of the stack: logs and data. */
  dir: string
  units: readonly Unit[]
  urls: StackUrls
  /** Everything that the stack has on disk. */
  folders: readonly string[]
  /** False for a private stack: its folders go when it stops. */
  keepData: boolean
}
