import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"

import { tailOf } from "@saleproof/stack/log.ts"
import { untilAnswers } from "@saleproof/stack/probe.ts"
import type { ServiceUnit, Unit } from "@saleproof/stack/unit.ts"

const ANSWER_TIMEOUT_MS = 30_000
const STOP_GRACE_MS = 12_000
const RETRY_MS = 100

/** Times in ms since the epoch. */
export type Start = { spawnedAt: number; answersAt: number }

/** How a process ended after a signal. */
export type End = { how: string; tookMs: number }

/** A process that ended without a signal of ours, or not as the signal asks. */
export type UnexpectedExit = { name: string; at: number; reason: string }

/** A service that can be killed, paused and started again on the same port with the same data. */
export function createProgram(unit: ServiceUnit, unexpectedExits: UnexpectedExit[]) {
  const { name } = unit
  let child: ChildProcess | undefined
  /** The process that must not exit: it answered, and no signal was sent. */
  let settled: ChildProcess | undefined

  const recordExit = (how: string) =>
    void unexpectedExits.push({ name, at: Date.now(), reason: [how, tailOf(unit.log)].join("\n").trimEnd() })

  function launch(): ChildProcess {
    const launched = launchUnit(unit)
    launched.once("exit", (code, signal) => {
      if (settled === launched) recordExit(signal ?? `exit code ${code}`)
      child = undefined
    })
    child = launched
    return launched
  }

  /** A database whose postmaster was killed refuses to start until its last backend has ended, so this tries again. */
  async function start(): Promise<Start> {
    if (child) throw new Error(`${name} runs already`)
    const givesUpAt = Date.now() + ANSWER_TIMEOUT_MS
    for (;;) {
      const spawnedAt = Date.now()
      const launched = launch()
      const first = await endsOrAnswers(launched, unit)
      if (first === "answers") {
        settled = launched
        return { spawnedAt, answersAt: Date.now() }
      }
      if (first === "late" || Date.now() > givesUpAt)
        throw new Error(`${name} does not start\n${tailOf(unit.log)}`)
      await sleep(RETRY_MS)
    }
  }

  /** Sends the signal and waits for the end of the process; undefined when it does not run. */
  async function kill(signal: NodeJS.Signals): Promise<End | undefined> {
    if (!child) return undefined
    settled = undefined
    return endOf(child, signal)
  }

  /** Ends it as its unit asks for, by force after a while. */
  async function stop(): Promise<void> {
    const target = child
    target?.kill("SIGCONT")
    const force = setTimeout(() => target?.kill("SIGKILL"), STOP_GRACE_MS)
    const end = await kill(unit.stopSignal)
    clearTimeout(force)
    if (end && end.how !== "exit code 0") recordExit(`${end.how}, ${end.tookMs} ms after ${unit.stopSignal}`)
  }

  return {
    name,
    unit,
    running: () => child !== undefined,
    start,
    kill,
    /** kill -9, and up again as soon as it can be; answers when it answered. */
    async crash(): Promise<number> {
      await kill("SIGKILL")
      return (await start()).answersAt
    },
    pause: () => child?.kill("SIGSTOP"),
    resume: () => child?.kill("SIGCONT"),
    stop,
  }
}

export type Program = ReturnType<typeof createProgram>

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<End> {
  const sentAt = Date.now()
  const exited = once(child, "exit")
  child.kill(signal)
  const [code, by] = await exited
  return { how: typeof by === "string" ? by : `exit code ${code}`, tookMs: Date.now() - sentAt }
}

async function endsOrAnswers(launched: ChildProcess, { probe }: ServiceUnit) {
  const settled = new AbortController()
  const ended = once(launched, "exit", { signal: settled.signal })
  const deadline = AbortSignal.any([settled.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)])
  const first = await Promise.race([
    ended.then(
      () => "ended" as const,
      () => "late" as const,
    ),
    untilAnswers(probe, deadline).then(
      () => "answers" as const,
      () => "late" as const,
    ),
  ])
  settled.abort()
  return first
}

/** Runs a task to its end; rejects with the end of its log. */
export async function runTask(unit: Unit): Promise<void> {
  const [code] = await once(launchUnit(unit), "exit")
  if (code !== 0) throw new Error(`${unit.name} ended with exit code ${code}\n${tailOf(unit.log)}`)
}

function launchUnit({ command, args, cwd, env, log, uid, gid }: Unit): ChildProcess {
  const file = openSync(log, "a")
  const launched = spawn(command, [...args], {
    cwd,
    env,
    // A session of its own: Ctrl-C reaches the runner only, which then stops things in order.
    detached: true,
    stdio: ["ignore", file, file],
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  })
  closeSync(file)
  launched.on("error", () => {})
  return launched
}
