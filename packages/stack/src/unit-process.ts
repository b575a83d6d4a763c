import { spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"

import { identify } from "./process-stat.mjs"
import type { ProcessIdentity } from "./identity.ts"
import type { Unit } from "./unit.ts"

// The API and the worker promise to end within 10 s of SIGTERM.
const STOP_GRACE_MS = 12_000

/** How a process ended; without code and signal it never ran. */
export type End = { code: number | null; signal: string | null; reason: string }

export type UnitProcess = {
  unit: Unit
  identity: ProcessIdentity | undefined
  ended: Promise<End>
  /** Asks it to stop, forces it when it does not, and resolves when it has ended. */
  terminate: () => Promise<void>
}

export function launch(unit: Unit): UnitProcess {
  const log = openSync(unit.log, "a")
  const child = spawn(unit.command, [...unit.args], {
    cwd: unit.cwd,
    env: unit.env,
    // A file, not a pipe: PostgreSQL exits when its log pipe is closed.
    stdio: ["ignore", log, log],
    ...(unit.uid !== undefined && { uid: unit.uid }),
    ...(unit.gid !== undefined && { gid: unit.gid }),
  })
  closeSync(log)
  const ended = new Promise<End>((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, reason: error.message }))
    child.once("exit", (code, signal) => {
      resolve({ code, signal, reason: signal ? `was ended by ${signal}` : `ended with exit code ${code}` })
    })
  })
  return {
    unit,
    identity: child.pid === undefined ? undefined : identify(child.pid),
    ended,
    terminate: async () => {
      child.kill(unit.kind === "service" ? unit.stopSignal : "SIGTERM")
      const grace = new AbortController()
      const late = sleep(STOP_GRACE_MS, true, { signal: grace.signal }).catch(() => false)
      if ((await Promise.race([ended, late])) === true) child.kill("SIGKILL")
      await ended
      grace.abort()
    },
  }
}
