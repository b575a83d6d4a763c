import process from "node:process"

import { ensureClient } from "./client.mjs"
import { areInstalled, ensureDependencies } from "./dependencies.mjs"
import { BootstrapError } from "./error.mjs"
import { enter } from "./enter.mjs"
import { helpOf } from "./help.mjs"
import { TASKS } from "./tasks.mjs"

/**
 * Installs what is missing, then runs the task under the Node of this repository.
 * @param {string[]} argv the task's name and its own arguments
 */
export async function main([name = "", ...args]) {
  try {
    const task = TASKS[name]
    if (!task)
      throw new BootstrapError(2, `There is no task "${name}".`, `one of: ${Object.keys(TASKS).join(", ")}`)
    const help = helpOf(name, args, areInstalled())
    if (help !== null) {
      process.stdout.write(help)
      return
    }
    await ensureDependencies()
    await ensureClient()
    process.exitCode = await enter(task(args))
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error
    process.stderr.write(`error: ${error.message}\n  → ${error.hint}\n`)
    process.exitCode = error.exitCode
  }
}
