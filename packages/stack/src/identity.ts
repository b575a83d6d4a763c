import process from "node:process"

import { z } from "zod"

import { isAlive } from "./process-stat.mjs"

/** A process that cannot be mistaken for another one that got the same pid later. */
export const ProcessIdentity = z.object({ pid: z.number(), startedAt: z.string() })
export type ProcessIdentity = z.infer<typeof ProcessIdentity>

/** Sends the signal only to the very process that was meant. Says whether it was still there. */
export function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false
  try {
    return process.kill(target.pid, signal)
  } catch {
    return false
  }
}
