import { readdirSync, readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"

import writeFileAtomic from "write-file-atomic"
import { z } from "zod"

import { ProcessIdentity } from "./identity.ts"
import { isAlive } from "./process-stat.mjs"
import { Probe } from "./unit.ts"

const STATE_FILE = "stack.json"

/** What a supervisor publishes about its stack for other processes, in a file of the stack's folder. */
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
  services: z.array(
    ProcessIdentity.extend({ name: z.string(), port: z.number(), probe: Probe, log: z.string() }),
  ),
  deaths: z.array(z.object({ unit: z.string(), reason: z.string(), logTail: z.string() })),
  folders: z.array(z.string()),
  keepData: z.boolean(),
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

/**
 * Removes a stack's data; its processes must have ended. The stack's own folder is the last of them: as long as its
 * state is there, a removal that was cut short can be finished.
 */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Stacks whose supervisor ended without cleaning up: killed, or the machine went down. */
export function abandonedStacks(stacksDir: string): StackState[] {
  return readdirSync(stacksDir).flatMap((name) => {
    const state = readState(join(stacksDir, name))
    return state && !isAlive(state.supervisor) ? [state] : []
  })
}
