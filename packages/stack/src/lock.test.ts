import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { expect, it } from "vitest"

import { withLock } from "./lock.ts"

async function lockFile() {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-lock-"))
  return { file: join(folder, "a.lock"), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

it("runs one action after the other", async () => {
  await using lock = await lockFile()
  let inside = 0
  let most = 0
  const action = async (): Promise<void> => {
    most = Math.max(most, (inside += 1))
    await new Promise((resolve) => setImmediate(resolve))
    inside -= 1
  }
  await Promise.all([1, 2, 3].map(() => withLock(lock.file, action)))
  expect(most).toBe(1)
})

it("is free again after an action that failed", async () => {
  await using lock = await lockFile()
  await expect(withLock(lock.file, () => Promise.reject(new Error("no")))).rejects.toThrow("no")
  expect(await withLock(lock.file, async () => "next")).toBe("next")
})

it("takes over from a holder that is dead", async () => {
  await using lock = await lockFile()
  await writeFile(lock.file, JSON.stringify({ pid: process.pid, startedAt: "long ago" }))
  expect(await withLock(lock.file, async () => "mine")).toBe("mine")
})
