import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"

import { interruptedError } from "./errors.ts"
import { identify, isAlive, ProcessIdentity } from "./identity.ts"

const POLL_MS = 200

/**
 * Runs the action while no other process runs one under the same lock file. A dead holder is no holder. Rejects as
 * interrupted when the signal aborts before it is this process's turn.
 */
export async function withLock<T>(file: string, action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  while (!(await take(file))) {
    if (signal?.aborted) throw interruptedError()
    await sleep(POLL_MS)
  }
  try {
    return await action()
  } finally {
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(identify(process.pid)), { flag: "wx" })
    return true
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
  }
  const holder = await readHolder(file)
  if (holder && !isAlive(holder)) await rm(file, { force: true })
  return false
}

async function readHolder(file: string): Promise<ProcessIdentity | undefined> {
  try {
    return ProcessIdentity.parse(JSON.parse(await readFile(file, "utf8")))
  } catch {
    // Gone meanwhile, or its holder is just writing it.
    return undefined
  }
}
