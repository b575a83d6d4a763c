import { fork } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { join } from "node:path"

import { interruptedError, StackError } from "./errors.ts"
import type { UnitFailure } from "./supervision.ts"
import type { Command, Report } from "./supervisor.ts"
import type { StackPlan } from "./unit.ts"

export type SupervisorOptions = {
  /** Gives up when it aborts before the stack is ready. */
  signal?: AbortSignal | undefined
  onReady?: ((unit: string, tookMs: number) => void) | undefined
  /** A service exited unexpectedly, after the stack had been ready. */
  onDeath?: ((failure: UnitFailure) => void) | undefined
}

/**
 * Starts the process that owns the units of a stack, and waits until they answer. Rejects with the failure of a
 * unit and the end of its log, after everything else has been stopped.
 */
export async function runSupervisor(plan: StackPlan, { signal, onReady, onDeath }: SupervisorOptions) {
  const log = openSync(join(plan.dir, "supervisor.log"), "a")
  const child = fork(join(import.meta.dirname, "supervisor.ts"), {
    // A session of its own: Ctrl-C reaches only this process, which then stops things in order.
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    execArgv: [],
  })
  closeSync(log)
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()))
  const send = (message: Command): void => void (child.connected && child.send(message, () => {}))
  const stop = async (): Promise<void> => {
    send({ type: "stop" })
    await exited
  }
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (report: Report) => {
      if (report.type === "unit-ready") onReady?.(report.unit, report.tookMs)
      if (report.type === "ready") resolve()
      if (report.type === "failed") reject(unitError(report.failure))
      if (report.type === "died") onDeath?.(report.failure)
    })
    const interrupt = (): void => reject(interruptedError())
    if (signal?.aborted) interrupt()
    signal?.addEventListener("abort", interrupt, { once: true })
    void exited.then(() => reject(stoppedError(plan)))
  })
  send({ type: "run", plan })
  try {
    await ready
  } catch (error) {
    await stop()
    throw error
  }
  return {
    stop,
    /** From now on the stack keeps running when this process ends. */
    keep: (): Promise<void> =>
      new Promise((resolve) => {
        child.send({ type: "keep" } satisfies Command, () => {
          child.disconnect()
          child.unref()
          resolve()
        })
      }),
  }
}

function stoppedError({ dir }: StackPlan): StackError {
  return new StackError("The stack was stopped while it started.", {
    hint: `its supervisor's log: ${dir}/supervisor.log`,
  })
}

/** What failed, why, and the end of its log, as one message. */
export function unitError({ unit, reason, logTail }: UnitFailure): StackError {
  const log = logTail ? `\n${logTail.replaceAll(/^/gm, "    ")}` : ""
  return new StackError(`${unit} ${reason}.${log}`)
}
