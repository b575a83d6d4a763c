import { StackError } from "@saleproof/stack/errors.ts"
import { expect, it } from "vitest"

import { runCommand, UsageError } from "./command.ts"
import type { Io } from "./io.ts"

function fakeIo(interrupted = new AbortController().signal) {
  const written = { stdout: "", stderr: "" }
  const io: Io = {
    stdout: (text) => void (written.stdout += text),
    stderr: (text) => void (written.stderr += text),
    env: {},
    root: "/nowhere",
    interrupted,
  }
  return { io, written }
}

const options = { name: { type: "string" } } as const
const command = (run: () => Promise<number>) => ({ usage: "Usage: it\n", options, run })

it("hands the flags over and answers the exit code of the command", async () => {
  const { io } = fakeIo()
  const run = ({ values }: { values: { name?: string } }) => Promise.resolve(values.name === "x" ? 4 : 0)
  expect(await runCommand({ usage: "", options, run }, ["--name", "x"], io)).toBe(4)
})

it.each(["--help", "-h"])("prints the usage for %s and runs nothing", async (flag) => {
  const { io, written } = fakeIo()
  expect(
    await runCommand(
      command(() => Promise.reject(new Error("ran"))),
      [flag],
      io,
    ),
  ).toBe(0)
  expect(written).toEqual({ stdout: "Usage: it\n", stderr: "" })
})

it.each([[["--other"]], [["word"]]])("refuses %j with the usage: exit 2", async (args) => {
  const { io, written } = fakeIo()
  expect(
    await runCommand(
      command(() => Promise.resolve(0)),
      args,
      io,
    ),
  ).toBe(2)
  expect(written.stderr).toMatch(/^error: .*\n\nUsage: it\n$/s)
})

it("says what only the command can know to be wrong: exit 2", async () => {
  const { io, written } = fakeIo()
  expect(
    await runCommand(
      command(() => Promise.reject(new UsageError("no such name"))),
      [],
      io,
    ),
  ).toBe(2)
  expect(written.stderr).toBe("error: no such name\n\nUsage: it\n")
})

it("says what is missing and the next command, without a stack trace: exit 3", async () => {
  const { io, written } = fakeIo()
  const missing = new StackError("no Redis", { hint: "install it" })
  expect(
    await runCommand(
      command(() => Promise.reject(missing)),
      [],
      io,
    ),
  ).toBe(3)
  expect(written.stderr).toBe("error: no Redis\n  → install it\n")
})

it("ends with 130 when it was interrupted, and lets a bug through when it was not", async () => {
  const bug = command(() => Promise.reject(new Error("a bug")))
  expect(await runCommand(bug, [], fakeIo(AbortSignal.abort()).io)).toBe(130)
  await expect(runCommand(bug, [], fakeIo().io)).rejects.toThrow("a bug")
})
