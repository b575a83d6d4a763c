import assert from "node:assert/strict"
import { createServer } from "node:net"
import { join } from "node:path"
import process from "node:process"

import { execaNode } from "execa"
import { Client } from "pg"
import { expect, it } from "vitest"

import { listen } from "../src/listen.ts"
import { isAlive } from "../src/process-stat.mjs"
import { answers } from "../src/probe.ts"
import { startStack } from "../src/start.ts"
import type { Stack } from "../src/start.ts"
import type { UnitFailure } from "../src/supervision.ts"
import { createStackFolder, GONE, leftOf } from "./stack-folder.ts"

/** A process that holds a stack, to be killed. */
async function holdStack(env: NodeJS.ProcessEnv) {
  const holder = execaNode(join(import.meta.dirname, "hold-stack.ts"), ["postgres", "redis", "influxdb"], {
    env,
    reject: false,
  })
  const { value: dir } = await holder.iterable()[Symbol.asyncIterator]().next()
  if (dir === undefined) throw new Error((await holder).stderr)
  return {
    dir: String(dir),
    kill: (signal: NodeJS.Signals) => holder.kill(signal),
    [Symbol.asyncDispose]: async () => void (holder.kill("SIGKILL"), await holder),
  }
}

async function querySetting({ urls }: Stack, name: string): Promise<string> {
  const client = new Client({ connectionString: urls.databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ value: string }>("SELECT current_setting($1) AS value", [name])
  await client.end()
  assert(rows[0], "PostgreSQL has this setting")
  return rows[0].value
}

it("answers in every service's own protocol when it is ready, and leaves nothing when it is stopped", async () => {
  await using stackFolder = await createStackFolder()
  const stack = await startStack({ env: stackFolder.env, services: ["postgres", "redis", "influxdb"] })
  const state = stackFolder.stateOf(stack.dir)
  const answered = await Promise.all(
    state.services.map(async ({ name, probe }) => [name, await answers(probe)]),
  )
  await stack.stop()
  expect(answered).toEqual(
    expect.arrayContaining([
      ["postgres", true],
      ["redis", true],
      ["influxdb", true],
    ]),
  )
  await expect.poll(() => leftOf(state), GONE).toEqual([])
})

it("runs PostgreSQL durable under any user", async () => {
  await using stackFolder = await createStackFolder()
  await using stack = await startStack({ env: stackFolder.env, services: ["postgres"] })
  expect(await querySetting(stack, "fsync")).toBe("on")
  expect(await querySetting(stack, "synchronous_commit")).toBe("on")
})

it("works in a folder that only its owner may enter", async () => {
  await using stackFolder = await createStackFolder(0o700)
  const stack = await startStack({ env: stackFolder.env, services: ["postgres"] })
  const state = stackFolder.stateOf(stack.dir)
  await stack.stop()
  await expect.poll(() => leftOf(state), GONE).toEqual([])
})

it("runs beside another stack, each with ports and data of its own", async () => {
  await using stackFolder = await createStackFolder()
  await using stacks = new AsyncDisposableStack()
  const services = ["postgres", "redis"] as const
  const start = async (): Promise<Stack> => stacks.use(await startStack({ env: stackFolder.env, services }))
  const [one, two] = await Promise.all([start(), start()])
  expect(one.urls.databaseUrl).not.toBe(two.urls.databaseUrl)
  await one.stop()
  expect(await querySetting(two, "port")).toBe(new URL(two.urls.databaseUrl).port)
})

it("says which service could not start, with the end of its log, and stops the others", async () => {
  await using stackFolder = await createStackFolder()
  await using taken = await listen(createServer())
  const start = startStack({
    env: stackFolder.env,
    services: ["postgres", "redis"],
    ports: { redis: taken.port },
  })
  await expect(start).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/^redis ended with exit code 1\.\n.*Address already in use/s),
  })
})

it("does not take the answer of another stack for its own", async () => {
  await using stackFolder = await createStackFolder()
  await using one = await startStack({ env: stackFolder.env, services: ["redis"] })
  const port = Number(new URL(one.urls.redisUrl).port)
  const start = startStack({ env: stackFolder.env, services: ["redis"], ports: { redis: port } })
  await expect(start).rejects.toThrow(/Address already in use/)
})

it("reports a service that dies later, at once and with the end of its log", async () => {
  await using stackFolder = await createStackFolder()
  const deaths: UnitFailure[] = []
  await using stack = await startStack({
    env: stackFolder.env,
    services: ["redis"],
    onDeath: (failure) => deaths.push(failure),
  })
  const [redis] = stackFolder.stateOf(stack.dir).services
  assert(redis, "the stack has a Redis")
  process.kill(redis.pid, "SIGTERM")
  await expect.poll(() => deaths).toMatchObject([{ unit: "redis", logTail: expect.stringContaining("exit") }])
  expect(stackFolder.stateOf(stack.dir).deaths).toHaveLength(1)
})

it("leaves nothing when it is interrupted while it starts", async () => {
  await using stackFolder = await createStackFolder()
  const interruption = new AbortController()
  const start = startStack({
    env: stackFolder.env,
    services: ["postgres", "redis"],
    signal: interruption.signal,
    onReady: () => interruption.abort(),
  })
  await expect(start).rejects.toMatchObject({ exitCode: 130 })
  await expect.poll(() => stackFolder.stacks()).toEqual([])
})

it("starts nothing when it was interrupted before", async () => {
  await using stackFolder = await createStackFolder()
  const start = startStack({ env: stackFolder.env, services: ["redis"], signal: AbortSignal.abort() })
  await expect(start).rejects.toMatchObject({ exitCode: 130 })
  expect(await stackFolder.stacks()).toEqual([])
})

it.for(["SIGKILL", "SIGTERM"] as const)("leaves nothing when its parent gets %s", async (signal) => {
  await using stackFolder = await createStackFolder()
  await using parent = await holdStack(stackFolder.env)
  const state = stackFolder.stateOf(parent.dir)
  parent.kill(signal)
  await expect.poll(() => leftOf(state), GONE).toEqual([])
})

it("leaves no process when its supervisor is killed, and the next stack removes the data", async () => {
  await using stackFolder = await createStackFolder()
  await using parent = await holdStack(stackFolder.env)
  const state = stackFolder.stateOf(parent.dir)
  process.kill(state.supervisor.pid, "SIGKILL")
  await expect.poll(() => isAlive(state.supervisor)).toBe(false)
  await expect.poll(() => state.services.filter(isAlive), GONE).toEqual([])
  const next = await startStack({ env: stackFolder.env, services: ["redis"] })
  await expect.poll(() => leftOf(state), GONE).toEqual([])
  await next.stop()
})
