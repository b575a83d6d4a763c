import { execa } from "execa"

import { readProcessTicks } from "../machine/cpu.ts"
import { noRoomText } from "../machine/disk.ts"
import { allowanceOf } from "../machine/processors.ts"
import type { Allowance } from "../machine/processors.ts"
import { waitedFor } from "../machine/schedule.ts"
import { endedWithParent } from "@saleproof/stack/parent-death.mjs"
import { createScenarioClock, endOverdue } from "./clock.ts"
import { createLogReader } from "./log.ts"
import type { K6Log } from "./log.ts"
import { parseBar, parseProgress, shareOf } from "./progress.ts"
import type { K6Progress } from "./progress.ts"

export type K6Options = {
  binary: string
  args: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Files that get what k6 prints and logs. */
  outputFile: string
  logFile: string
  onProgress: (progress: K6Progress) => void
  /** Called with its process id as soon as there is one. */
  onStart?: ((pid: number) => void) | undefined
  /** Asks k6 to stop, summary and last flush included. */
  interrupted: AbortSignal
  /** Ends it at once. */
  killed: AbortSignal
  /** How long it may go on beyond what it planned, before it is ended. */
  graceMs?: number | undefined
}

export type K6Run = {
  /** Null when it was killed. */
  exitCode: number | null
  /** Wall clock, ms since 1970. */
  startedAt: number
  endedAt: number
  /** The same stretch by a clock that is never set. */
  tookMs: number
  last: K6Progress | null
  /** When each scenario started, ms since 1970; without those that k6 printed nothing of. */
  scenarioStarts: ReadonlyMap<string, number>
  /** It did not end by itself in the time for it. */
  overdue: boolean
  /** Why what it printed could not be saved, which ended it; null where it was. */
  unsaved: string | null
  log: K6Log
  /** CPU that k6 used, in clock ticks; null where the system does not say. */
  cpuTicks: number | null
  /** What it used of what it may use, up to the last look; null where the system does not say. */
  generator: {
    seconds: number
    cpuSeconds: number
    waitedSeconds: number | null
    allowance: Allowance
  } | null
}

/** Runs k6 to its end and reports what it printed. An exit code is a result, whatever it is. */
export async function runK6(options: K6Options): Promise<K6Run> {
  // A k6 without loadctl would go on alone.
  const [command, ...args] = endedWithParent([options.binary, ...options.args], {
    signal: "KILL",
    env: options.env,
  })
  const startedAt = Date.now()
  const began = performance.now()
  // A session of its own: the terminal's Ctrl-C comes to us, and k6 gets exactly one SIGINT. Two would cut it short.
  const child = execa(command, args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    detached: true,
    stdin: "ignore",
    stdout: ["pipe", { file: options.outputFile }],
    stderr: ["pipe", { file: options.logFile }],
    buffer: false,
    reject: false,
  })
  if (child.pid !== undefined) options.onStart?.(child.pid)
  const watch = watchProcess(child.pid)
  const clock = createScenarioClock(options.graceMs)
  const overdue = endOverdue(clock, (signal) => child.kill(signal))
  const unlisten = forwardStops(options, (signal) => child.kill(signal))
  const reader = createLogReader()
  let last: K6Progress | null = null
  let cpuTicks: number | null = null
  const shares = new Map<string, number>()
  const reading = Promise.all([
    eachLine(child.iterable({ from: "stdout" }), (line) => {
      clock.line(line, Date.now())
      const bar = parseBar(line)
      if (bar) shares.set(bar.scenario, bar.share)
      const running = parseProgress(line)
      if (!running) return
      const progress = { ...running, ...shareOf(shares) }
      last = progress
      cpuTicks = (child.pid === undefined ? null : readProcessTicks(child.pid)) ?? cpuTicks
      options.onProgress(progress)
    }),
    eachLine(child.iterable({ from: "stderr" }), (line) => reader.line(line)),
  ])
  const result = await child
  await reading.catch(() => {})
  const generator = watch.stop()
  unlisten()
  overdue.stop()
  return {
    exitCode: result.exitCode ?? null,
    startedAt,
    endedAt: Date.now(),
    tookMs: performance.now() - began,
    last,
    scenarioStarts: clock.starts,
    overdue: overdue.happened(),
    unsaved: noRoomText(result.cause),
    log: reader.log,
    cpuTicks,
    generator,
  }
}

// As often as a run of a second or two still has a fair share of it. USER_HZ is 100 on every Linux.
const LOOK_MS = 200
const TICKS_PER_SECOND = 100

/** Looks at the CPU that a process uses, until it is stopped or the process is gone. */
function watchProcess(pid: number | undefined): { stop: () => K6Run["generator"] } {
  const began = performance.now()
  let last: K6Run["generator"] = null
  const look = (): void => {
    const ticks = pid === undefined ? null : readProcessTicks(pid)
    if (pid === undefined || ticks === null) return
    const seconds = (performance.now() - began) / 1_000
    const cpuSeconds = ticks / TICKS_PER_SECOND
    last = { seconds, cpuSeconds, waitedSeconds: waitedFor(pid), allowance: allowanceOf(pid) }
  }
  const timer = setInterval(look, LOOK_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return last
    },
  }
}

function forwardStops(
  { interrupted, killed }: K6Options,
  kill: (signal: NodeJS.Signals) => void,
): () => void {
  const onInterrupt = (): void => kill("SIGINT")
  const onKill = (): void => kill("SIGKILL")
  if (interrupted.aborted) onInterrupt()
  interrupted.addEventListener("abort", onInterrupt, { once: true })
  killed.addEventListener("abort", onKill, { once: true })
  return () => {
    interrupted.removeEventListener("abort", onInterrupt)
    killed.removeEventListener("abort", onKill)
  }
}

async function eachLine(lines: AsyncIterable<unknown>, handle: (line: string) => void): Promise<void> {
  for await (const line of lines) handle(String(line))
}
