import { writeFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"

import type { ProcessIdentity } from "./identity.ts"
import { tailOf } from "./log.ts"
import { ownsPort } from "./port-owner.ts"
import { untilAnswers } from "./probe.ts"
import { launch } from "./unit-process.ts"
import type { End, UnitProcess } from "./unit-process.ts"
import type { ServiceUnit, TaskUnit, Unit } from "./unit.ts"

const READY_TIMEOUT_MS = 60_000
const OWNER_POLL_MS = 50

/** A unit that ended although it should not have, or that never answered (then without code and signal). */
export type UnitFailure = End & { unit: string; logTail: string }

/** Carries a UnitFailure through promises. */
export class UnitFailedError extends Error {
  override readonly name = "UnitFailedError"
  readonly failure: UnitFailure

  constructor(failure: UnitFailure) {
    super(`${failure.unit} ${failure.reason}`)
    this.failure = failure
  }
}

type Options = {
  units: readonly Unit[]
  onStart: (unit: Unit, identity: ProcessIdentity) => void
  onReady: (unit: Unit, tookMs: number) => void
  /** A service ended after it had been ready. The others stay. */
  onDeath: (failure: UnitFailure) => void
}

/** Starts units in the order of their needs, in parallel where possible, and stops them in reverse. */
export function createSupervision({ units, onStart, onReady, onDeath }: Options) {
  const running = new Map<string, UnitProcess>()
  const ready = new Map<string, Promise<void>>()
  const stopping = new AbortController()

  async function start(unit: Unit): Promise<void> {
    await Promise.all(unit.after.map(async (name) => ready.get(name)))
    stopping.signal.throwIfAborted()
    const startedAt = performance.now()
    const process = launch(unit)
    const gone = process.ended.finally(() => running.delete(unit.name))
    running.set(unit.name, process)
    if (process.identity) onStart(unit, process.identity)
    await (unit.kind === "task" ? untilDone(unit, gone) : untilReady(unit, process, stopping.signal))
    onReady(unit, performance.now() - startedAt)
    if (unit.kind === "task") return
    void gone.then((end) => stopping.signal.aborted || onDeath(failureOf(unit, end)))
  }

  async function stopAfterDependents({ unit, terminate }: UnitProcess): Promise<void> {
    const dependents = [...running.values()].filter((other) => other.unit.after.includes(unit.name))
    await Promise.all(dependents.map((other) => other.ended))
    await terminate()
  }

  return {
    /** Resolves when every unit is ready; rejects with UnitFailedError as soon as one cannot be. */
    start: async (): Promise<void> => {
      for (const unit of units) ready.set(unit.name, start(unit))
      await Promise.all(ready.values())
    },
    /** Resolves when no process is left. */
    stop: async (): Promise<void> => {
      stopping.abort()
      await Promise.all([...running.values()].map(stopAfterDependents))
    },
  }
}

async function untilDone(unit: TaskUnit, ended: Promise<End>): Promise<void> {
  const end = await ended
  if (end.code !== 0) throw new UnitFailedError(failureOf(unit, end))
  if (unit.doneFile) await writeFile(unit.doneFile, "")
}

async function untilReady(
  unit: ServiceUnit,
  { identity, ended }: UnitProcess,
  stopping: AbortSignal,
): Promise<void> {
  // A program that could not be spawned has no process, and its end says why.
  if (!identity) throw new UnitFailedError(failureOf(unit, await ended))
  const settled = new AbortController()
  const signal = AbortSignal.any([settled.signal, stopping])
  const late = { code: null, signal: null, reason: `did not answer within ${READY_TIMEOUT_MS / 1000} s` }
  const answer = untilItAnswers(unit, identity.pid, signal)
  const timeout = sleep(READY_TIMEOUT_MS, late, { signal })
  try {
    const end = await Promise.race([answer, ended, timeout])
    if (end) throw new UnitFailedError(failureOf(unit, end))
  } finally {
    settled.abort()
    await Promise.allSettled([answer, timeout])
  }
}

/** An answer counts only from this very process: another stack may have been faster to take the port. */
async function untilItAnswers(unit: ServiceUnit, pid: number, signal: AbortSignal): Promise<void> {
  await untilAnswers(unit.probe, signal)
  while (!(await ownsPort(pid, unit.port))) {
    await sleep(OWNER_POLL_MS, undefined, { signal })
    await untilAnswers(unit.probe, signal)
  }
}

function failureOf(unit: Unit, end: End): UnitFailure {
  return { ...end, unit: unit.name, logTail: tailOf(unit.log) }
}
