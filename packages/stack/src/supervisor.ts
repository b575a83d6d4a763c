import process from "node:process"

import { identify } from "./process-stat.mjs"
import { removeFolders, writeState } from "./state.ts"
import type { StackState } from "./state.ts"
import { createSupervision, UnitFailedError } from "./supervision.ts"
import type { UnitFailure } from "./supervision.ts"
import type { StackPlan } from "./unit.ts"

/** What the supervisor reports to the process that started it. */
export type Report =
  | { type: "unit-ready"; unit: string; tookMs: number }
  | { type: "ready" }
  | { type: "failed"; failure: UnitFailure }
  | { type: "died"; failure: UnitFailure }

/** What its parent sends: the plan comes first; `keep` means to run on without its parent, until `loadctl down`. */
export type Command = { type: "run"; plan: StackPlan } | { type: "keep" } | { type: "stop" }

function handleCommands(): void {
  let stop = leave
  let kept = false
  process.on("message", (command: Command) => {
    if (command.type === "run") stop = run(command.plan)
    if (command.type === "keep") kept = true
    if (command.type === "stop") void stop()
  })
  // The channel closes however the parent ends, SIGKILL included; without it this stack would run on.
  process.on("disconnect", () => kept || void stop())
  process.on("SIGTERM", () => void stop())
  process.on("SIGINT", () => void stop())
}

/** Starts the plan and returns how to stop it; stopping twice waits for the same end. */
function run(plan: StackPlan): () => Promise<void> {
  const stack = startedState(plan)
  const update = (change: Partial<StackState>): void => writeState(plan.dir, Object.assign(stack, change))
  const supervision = createSupervision({
    units: plan.units,
    onStart: (unit, identity) => {
      if (unit.kind === "task") return
      const { name, port, probe, log } = unit
      update({ services: [...stack.services, { ...identity, name, port, probe, log }] })
    },
    onReady: (unit, tookMs) => report({ type: "unit-ready", unit: unit.name, tookMs }),
    onDeath: (failure) => {
      update({ deaths: [...stack.deaths, failure] })
      report({ type: "died", failure })
    },
  })
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= stopOnce()
    return stopped
  }
  async function stopOnce(): Promise<void> {
    update({ phase: "stopping" })
    await supervision.stop()
    if (!plan.keepData) await removeFolders(plan.folders)
    await leave()
  }
  async function start(): Promise<void> {
    try {
      await supervision.start()
      update({ phase: "ready" })
      report({ type: "ready" })
    } catch (error) {
      if (error instanceof UnitFailedError) report({ type: "failed", failure: error.failure })
      await stop()
    }
  }
  void start()
  return stop
}

function startedState({ dir, name, urls, folders, keepData }: StackPlan): StackState {
  const supervisor = identify(process.pid)
  if (!supervisor) throw new Error("the supervisor cannot find itself among the processes")
  const state: StackState = {
    name,
    phase: "starting",
    startedAt: new Date().toISOString(),
    supervisor,
    urls,
    services: [],
    deaths: [],
    folders: [...folders],
    keepData,
  }
  writeState(dir, state)
  return state
}

function report(message: Report): void {
  // The parent may end at any moment; the state file holds the same for later processes.
  if (process.connected) process.send?.(message, () => {})
}

/** Once the channel is closed, nothing holds the event loop any more. */
async function leave(): Promise<void> {
  if (process.connected) process.disconnect()
}

handleCommands()
