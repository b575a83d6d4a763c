import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"

import { expect, it } from "vitest"

import { withLock } from "./lock.mjs"
import { identify } from "./process-stat.mjs"

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

it.each([
  ["names a process that has ended", JSON.stringify({ pid: process.pid, startedAt: "long ago" })],
  ["is empty, as a kill between create and write left it", ""],
  ["was written by an earlier version", String(process.pid)],
])("does not wait for a lock that %s", async (_what, text) => {
  await using lock = await lockFile()
  await writeFile(lock.file, text)
  expect(await withLock(lock.file, async () => "mine")).toBe("mine")
  expect(await readdir(dirname(lock.file))).toEqual([])
})

it("lets one of many take over from a process that has ended", async () => {
  await using lock = await lockFile()
  await writeFile(lock.file, "")
  let inside = 0
  let most = 0
  const action = async (): Promise<void> => {
    most = Math.max(most, (inside += 1))
    await new Promise((resolve) => setImmediate(resolve))
    inside -= 1
  }
  await Promise.all(Array.from({ length: 5 }, () => withLock(lock.file, action)))
  expect(most).toBe(1)
})

it("says once that it waits, and stops waiting when it is interrupted", async () => {
  await using lock = await lockFile()
  const interruption = new AbortController()
  let waits = 0
  const onWait = (): void => {
    waits++
    interruption.abort(new Error("interrupted"))
  }
  const waiting = () => withLock(lock.file, async () => "never", { signal: interruption.signal, onWait })
  await withLock(lock.file, () => expect(waiting()).rejects.toThrow("interrupted"))
  expect(waits).toBe(1)
})

it("is never seen without its holder, however often it is taken", async () => {
  await using lock = await lockFile()
  const seen = new Set<string>()
  for (let round = 0; round < 50; round++)
    await withLock(lock.file, async () => void seen.add(await readFile(lock.file, "utf8")))
  expect([...seen]).toEqual([JSON.stringify(identify(process.pid))])
})
