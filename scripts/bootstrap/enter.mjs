import { spawn } from "node:child_process"
import { constants as os } from "node:os"
import { delimiter, dirname } from "node:path"
import process from "node:process"

import { NODE } from "./paths.mjs"
import { endedWithParent } from "../../packages/stack/src/parent-death.mjs"

// On Ctrl-C the terminal and npm each send the signal; on a second one programs end at once.
const SAME_KEYPRESS_MS = 500
const PARENT_POLL_MS = 1_000

/** @typedef {{ cwd: string, commands: string[][] }} Task */

/**
 * Runs the commands of a task under the Node of this repository, until one fails. Resolves to the exit code.
 * @param {Task} task
 */
export async function enter({ commands, cwd }) {
  for (const command of commands) {
    const exitCode = await run(command, cwd)
    if (exitCode !== 0) return exitCode
  }
  return 0
}

/**
 * @param {string[]} command
 * @param {string} cwd
 * @returns {Promise<number>}
 */
function run(command, cwd) {
  const [program, ...args] = endedWithParent([NODE, ...command], process)
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, PATH: [dirname(NODE), process.env["PATH"]].join(delimiter) },
    stdio: "inherit",
    // A session of its own, so that each Ctrl-C arrives once, from here.
    detached: true,
  })
  const release = passSignalsTo(child)
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code, signal) => {
      release()
      resolve(code ?? 128 + (signal ? os.signals[signal] : 0))
    })
  })
}

/**
 * Forwards the signals that stop this process, and stops the child when the parent of this process has ended.
 * @param {import("node:child_process").ChildProcess} child
 */
function passSignalsTo(child) {
  let forwardedAt = -Infinity
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    const now = performance.now()
    if (now - forwardedAt > SAME_KEYPRESS_MS) child.kill(signal)
    forwardedAt = now
  }
  const resize = () => child.kill("SIGWINCH")
  const hangUp = () => forward("SIGTERM")
  const parent = process.ppid
  const watch = setInterval(() => process.ppid === parent || hangUp(), PARENT_POLL_MS)
  process.on("SIGINT", forward).on("SIGTERM", forward).on("SIGHUP", hangUp).on("SIGWINCH", resize)
  return () => {
    clearInterval(watch)
    process.off("SIGINT", forward).off("SIGTERM", forward).off("SIGHUP", hangUp).off("SIGWINCH", resize)
  }
}
