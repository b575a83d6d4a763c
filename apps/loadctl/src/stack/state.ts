import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

import writeFileAtomic from "write-file-atomic"
import { z } from "zod"

import { isAlive, ProcessIdentity } from "./identity.ts"

const STATE_FILE = "stack.json"

/** What a supervisor tells other processes about its stack, in a file of the stack's folder. */
const StackState = z.object({
  name: z.string(),
  phase: z.enum(["starting", "ready", "stopping"]),
  startedAt: z.iso.datetime(),
  supervisor: ProcessIdentity,
  urls: z.object({
    url: z.string(),
    influxUrl: z.string(),
    databaseUrl: z.string(),
    redisUrl: z.string(),
    workerMetricsUrl: z.string(),
  }),
  services: z.array(ProcessIdentity.extend({ name: z.string(), port: z.number(), log: z.string() })),
  deaths: z.array(z.object({ unit: z.string(), reason: z.string(), logTail: z.string() })),
  removeOnStop: z.array(z.string()),
})

export type StackState = z.infer<typeof StackState>
export type RunningService = StackState["services"][number]

export function writeState(dir: string, state: StackState): void {
  writeFileAtomic.sync(join(dir, STATE_FILE), `${JSON.stringify(state, null, 2)}\n`)
}

/** The state of the stack in that folder, or undefined when there is none that can be understood. */
export function readState(dir: string): StackState | undefined {
  try {
    return StackState.parse(JSON.parse(readFileSync(join(dir, STATE_FILE), "utf8")))
  } catch {
    return undefined
  }
}

/** Stacks whose supervisor is gone without having cleaned up: killed, or the machine went down. */
export function abandonedStacks(stacksDir: string): StackState[] {
  return readdirSync(stacksDir).flatMap((name) => {
    const state = readState(join(stacksDir, name))
    return state && !isAlive(state.supervisor) ? [state] : []
  })
}
