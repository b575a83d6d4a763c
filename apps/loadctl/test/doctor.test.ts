import { mkdtemp, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"

const MAIN = join(import.meta.dirname, "../src/main.ts")

const doctor = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  execa(process.execPath, [MAIN, "doctor", ...args], { env, reject: false })

it("names every prerequisite with its version", async () => {
  const { exitCode, stdout } = await doctor({})
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^ok +Node\.js +24\./m)
  expect(stdout).toMatch(/^ok +PostgreSQL .*18/m)
  expect(stdout).toMatch(/^ok +redis-server .*\d+\.\d+/m)
  expect(stdout).toMatch(/^ok +influxd .*1\.\d+/m)
  expect(stdout).toMatch(/^ok +k6 .*v2\./m)
})

it("says what is missing and what would fix it, and ends with 3", async () => {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-doctor-"))
  for (const name of ["node", "go"]) await symlink(process.execPath, join(folder, name))
  const { exitCode, stdout } = await doctor({ PATH: folder, HOME: folder }, "--format", "json")
  await rm(folder, { recursive: true })
  expect(exitCode).toBe(3)
  expect(JSON.parse(stdout)).toContainEqual({
    title: "redis-server",
    state: "missing",
    detail: "not installed",
    fix: expect.stringContaining("redis-server"),
  }) // Go could build it, and a run would not without being asked.
  expect(JSON.parse(stdout)).toContainEqual({
    title: "k6",
    state: "missing",
    detail: "not installed",
    fix: expect.stringContaining("--build-k6"),
  })
})
