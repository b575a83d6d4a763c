import { spawn } from "node:child_process"
import { once } from "node:events"
import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { expect, it } from "vitest"

import { loadctl } from "./support/loadctl.ts"

const EXAMPLES = join(import.meta.dirname, "../../../examples")

/** A copy of an example with its server on a free port. */
async function example(name: string, command: readonly [string, ...string[]]) {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-example-"))
  await cp(join(EXAMPLES, name), folder, { recursive: true })
  const [program, ...args] = command
  const server = spawn(program, [...args, "0"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
  const [port] = await once(server.stdout, "data")
  return {
    folder,
    url: `http://127.0.0.1:${String(port).trim()}`,
    [Symbol.asyncDispose]: async () => {
      const ended = once(server, "exit")
      server.kill("SIGKILL")
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

it.each([
  ["rest-login-csv", [process.execPath, "server.mjs"], ["login", "profile"]],
  ["open-model-queue", [process.execPath, "server.mjs"], ["submit"]],
  ["websocket", [process.execPath, "server.mjs"], ["room", "chat"]],
  ["python-checkout", ["python3", "server.py"], ["checkout"]],
] as const)("the example %s passes as its README says", async (name, command, endpoints) => {
  await using here = await example(name, command)
  const flags = ["--target", here.url, "--format", "json"]
  const { exitCode, stdout, stderr } = await loadctl(["run", ...flags], { cwd: here.folder })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: "PASS",
    failed: 0,
    endpoints: endpoints.map((endpoint) => ({ name: endpoint })),
  })
})
