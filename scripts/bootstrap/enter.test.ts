import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { expect, it } from "vitest"

import { enter } from "./enter.mjs"

const ENTER = join(import.meta.dirname, "enter.mjs")

// Writes each signal to a file and ends 1 s after the first signal, or lives until it is killed.
const CHILD = `
  import { appendFileSync } from "node:fs"
  const say = (word) => appendFileSync(process.argv[2], word + "\\n")
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {
    say(signal)
    setTimeout(() => process.exit(7), 1000)
  })
  say("pid " + process.pid)
  setInterval(() => {}, 1000)
`

/** A process that enters the child above, as the bootstrap does. */
async function enterChild() {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-enter-"))
  const script = join(folder, "child.mjs")
  const notes = join(folder, "notes")
  await writeFile(script, CHILD)
  await writeFile(notes, "")
  const commands = JSON.stringify([[script, notes]])
  const main = `import { enter } from ${JSON.stringify(ENTER)}
    process.exitCode = await enter({ commands: ${commands}, cwd: ${JSON.stringify(folder)} })`
  const parent: ChildProcess = spawn(process.execPath, ["--input-type=module", "-e", main], {
    stdio: "ignore",
  })
  const signals = async (): Promise<string[]> => (await readFile(notes, "utf8")).trim().split("\n")
  await expect.poll(signals).toEqual([expect.stringMatching(/^pid \d+/)])
  const pid = Number((await signals())[0]?.slice(4))
  return {
    parent,
    signals: async () => (await signals()).slice(1),
    isAlive: () => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

it("stops at the first command that fails, with its exit code", async () => {
  const exit = (code: number): string[] => ["-e", `process.exit(${code})`]
  expect(await enter({ commands: [exit(0), exit(4), exit(5)], cwd: tmpdir() })).toBe(4)
})

it("hands a Ctrl-C on once, although the terminal and npm both send it", async () => {
  await using entered = await enterChild()
  entered.parent.kill("SIGINT")
  entered.parent.kill("SIGINT")
  expect(await once(entered.parent, "exit")).toEqual([7, null])
  expect(await entered.signals()).toEqual(["SIGINT"])
})

it.runIf(process.platform === "linux")("stops the task when the bootstrap itself is killed", async () => {
  await using entered = await enterChild()
  entered.parent.kill("SIGKILL")
  // The kernel may repeat it while the threads of the parent end one after the other.
  await expect.poll(entered.signals).toContain("SIGTERM")
  await expect.poll(entered.isAlive, { timeout: 10_000 }).toBe(false)
})
