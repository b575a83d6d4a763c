import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { expect, it } from "vitest"

import { canExecute, canReach } from "./account.ts"

const STRANGER = { uid: 65_000, gid: 65_000 }

async function folderWithProgram({ folderMode, programMode }: { folderMode: number; programMode: number }) {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-account-"))
  const inner = join(folder, "bin")
  const program = join(inner, "program")
  await mkdir(inner)
  await writeFile(program, "")
  await chmod(inner, 0o755)
  await chmod(program, programMode)
  await chmod(folder, folderMode)
  return { inner, program, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

it("reaches a folder when every folder above it may be entered", async () => {
  await using open = await folderWithProgram({ folderMode: 0o755, programMode: 0o755 })
  expect(await canReach(open.inner, STRANGER)).toBe(true)
  expect(await canExecute(open.program, STRANGER)).toBe(true)
})

it("does not reach what lies below a folder that is closed to others, as /root is", async () => {
  await using closed = await folderWithProgram({ folderMode: 0o700, programMode: 0o755 })
  expect(await canReach(closed.inner, STRANGER)).toBe(false)
  expect(await canExecute(closed.program, STRANGER)).toBe(false)
})

it("cannot execute a program that a strict umask kept for its owner", async () => {
  await using strict = await folderWithProgram({ folderMode: 0o755, programMode: 0o700 })
  expect(await canExecute(strict.program, STRANGER)).toBe(false)
})
