import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"

import { expect, it } from "vitest"

import { signalProcess } from "./identity.ts"
import { identify, isAlive } from "./process-stat.mjs"

it("knows a process as long as it lives", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])
  assert(child.pid !== undefined, "the process has started")
  const identity = identify(child.pid)
  expect(identity && isAlive(identity)).toBe(true)
  child.kill("SIGKILL")
  await once(child, "exit")
  expect(identity && isAlive(identity)).toBe(false)
})

it("does not signal another process that has the pid now", () => {
  const recycled = { pid: process.pid, startedAt: "at another time" }
  expect(signalProcess(recycled, "SIGKILL")).toBe(false)
})

it("finds nothing where there is no process", () => {
  expect(identify(2 ** 22 + 1)).toBeUndefined()
})
