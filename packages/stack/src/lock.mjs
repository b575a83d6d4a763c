import { randomUUID } from "node:crypto"
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"

import { identify, isAlive } from "./process-stat.mjs"

const POLL_MS = 200

/**
 * Runs the action while no other process runs one under the same lock file; one of an ended process does not count.
 * Rejects with the signal's reason when it aborts before it is this process's turn.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} action
 * @param {{ signal?: AbortSignal | undefined, onWait?: () => void }} [options] onWait is called once, before waiting
 * @returns {Promise<T>}
 */
export async function withLock(file, action, { signal, onWait } = {}) {
  mkdirSync(dirname(file), { recursive: true })
  for (let waits = 0; !take(file); waits++) {
    if (waits === 0) onWait?.()
    signal?.throwIfAborted()
    await sleep(POLL_MS)
  }
  try {
    return await action()
  } finally {
    rmSync(file, { force: true })
  }
}

/**
 * The file is linked when it is complete, so that a kill at any moment leaves no lock without its holder.
 * @param {string} file
 */
function take(file) {
  const own = `${file}.${randomUUID()}`
  writeFileSync(own, JSON.stringify(identify(process.pid)))
  try {
    return link(own, file) || (clearDead(file) && link(own, file))
  } finally {
    rmSync(own, { force: true })
  }
}

/**
 * Removes the lock of a process that has ended, or one that names no process; false when there is none of these.
 * @param {string} file
 */
function clearDead(file) {
  const before = read(file)
  if (before === undefined || isHeld(before)) return false
  // Several may wait for the same lock, and a rename succeeds for one.
  const taken = `${file}.${randomUUID()}`
  try {
    renameSync(file, taken)
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false
    throw error
  }
  // The lock may have changed hands since it was read: then it goes back.
  const dead = read(taken) === before
  if (!dead) link(taken, file)
  rmSync(taken, { force: true })
  return dead
}

/** @param {string} text */
function isHeld(text) {
  try {
    const holder = JSON.parse(text)
    return typeof holder?.pid === "number" && isAlive(holder)
  } catch {
    return false
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function link(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error
    return false
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined
}
