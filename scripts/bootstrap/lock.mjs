import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"

import { ROOT } from "./paths.mjs"

const FOLDER = join(ROOT, ".loadctl")
const POLL_MS = 200

/**
 * Runs the action while no other bootstrap of this clone runs one. A lock of a dead process is no lock.
 * @param {() => Promise<void>} action
 */
export async function withLock(action, file = join(FOLDER, "bootstrap.lock")) {
  mkdirSync(FOLDER, { recursive: true })
  for (let told = false; !take(file); told = true) {
    if (!told) process.stderr.write("Waiting for another bootstrap of this clone ...\n")
    await sleep(POLL_MS)
  }
  try {
    await action()
  } finally {
    rmSync(file, { force: true })
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" })
    return true
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error
  }
  if (!isHeld(file)) rmSync(file, { force: true })
  return false
}

/** @param {string} file */
function isHeld(file) {
  try {
    const pid = Number(readFileSync(file, "utf8"))
    // Empty: its holder is just about to write.
    if (pid !== 0) process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== "ESRCH"
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined
}
