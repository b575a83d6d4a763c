import assert from "node:assert/strict"
import { realpathSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"

import { createStackFolder, GONE, leftOf } from "./stack-folder.ts"

const BIN = join(import.meta.dirname, "../../../apps/loadctl/bin/loadctl.mjs")
const STARTS_MS = 120_000

it(
  "starts everything, says so when asked again, shows a death, and stops everything",
  { timeout: STARTS_MS },
  async () => {
    await using stackFolder = await createStackFolder()
    const loadctl = (...args: string[]) =>
      execa(process.execPath, [BIN, ...args], { env: stackFolder.env, reject: false })

    const up = await loadctl("up", "--free-ports", "--format", "json", "--env", "ORDER_STRATEGY=conditional")
    expect(up).toMatchObject({ exitCode: 0 })
    const urls: unknown = JSON.parse(up.stdout)
    expect(Object.keys(urls ?? {})).toEqual(["url", "influxUrl", "databaseUrl", "redisUrl"])
    const state = stackFolder.stateOf(join(stackFolder.folder, "up"))
    expect((await fetch(`${state.urls.url}/readyz`)).status).toBe(200)

    const again = await loadctl("up", "--format", "json")
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: up.stdout,
      stderr: expect.stringContaining("already running"),
    })
    expect(await loadctl("status")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^api +answers/m),
    })

    const worker = state.services.find(({ name }) => name === "worker")
    assert(worker, "the stack has a worker")
    process.kill(worker.pid, "SIGKILL")
    await expect
      .poll(() => loadctl("status"), { timeout: 10_000 })
      .toMatchObject({ exitCode: 3, stdout: expect.stringContaining("worker was ended by SIGKILL") })

    expect(await loadctl("down", "--purge")).toMatchObject({ exitCode: 0, stderr: "Stopped." })
    await expect.poll(() => leftOf(state), GONE).toEqual([])
    expect(await loadctl("status")).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining("Nothing is running"),
    })
  },
)

it(
  "keeps its data for the next time, whichever account PostgreSQL runs as then",
  { timeout: 2 * STARTS_MS },
  async () => {
    await using stackFolder = await createStackFolder()
    const loadctl = (...args: string[]) => execa(process.execPath, [BIN, ...args], { env: stackFolder.env })
    const userId = async (): Promise<string> => {
      const { url } = stackFolder.stateOf(join(stackFolder.folder, "up")).urls
      return (await fetch(`${url}/users/id?name=somebody`)).text()
    }
    await loadctl("up", "--free-ports")
    const before = await userId()
    await loadctl("down")
    // Only root runs PostgreSQL as another user.
    if (process.getuid?.() === 0) {
      const cluster = realpathSync(join(stackFolder.folder, "up/postgres"))
      await execa("chown", ["-R", "4242:4242", cluster])
    }
    await loadctl("up", "--free-ports")
    expect(await userId()).toBe(before)
    await loadctl("down", "--purge")
  },
)

it("leaves nothing when up is interrupted", async () => {
  await using stackFolder = await createStackFolder()
  const up = execa(process.execPath, [BIN, "up", "--free-ports"], { env: stackFolder.env, reject: false })
  await expect.poll(() => stackFolder.stacks()).toContain("up")
  await expect
    .poll(() => stackFolder.stateOf(join(stackFolder.folder, "up")).services.length)
    .toBeGreaterThan(0)
  const state = stackFolder.stateOf(join(stackFolder.folder, "up"))
  up.kill("SIGINT")
  expect(await up).toMatchObject({ exitCode: 130 })
  await expect.poll(() => leftOf({ ...state, folders: [] }), GONE).toEqual([])
})

it("answers --provider docker without an engine with what to do instead", async () => {
  const env = { ...process.env, DOCKER_HOST: "unix:///nowhere/docker.sock" }
  const up = await execa(process.execPath, [BIN, "up", "--provider", "docker"], { env, reject: false })
  expect(up).toMatchObject({ exitCode: 3, stderr: expect.stringContaining("--provider native") })
})
