import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { Io } from "@saleproof/command/io.ts"
import { endedWithParent } from "@saleproof/stack/parent-death.mjs"
import { freePort } from "@saleproof/stack/ports.ts"
import { untilAnswers } from "@saleproof/stack/probe.ts"
import { silently } from "@saleproof/stack/provide/progress.ts"
import { providePrograms } from "@saleproof/stack/provide/debian.ts"
import { REDIS_PROGRAM, redisUnit, redisUrl } from "@saleproof/stack/units/redis.ts"

const ANSWERS_WITHIN_MS = 30_000

/** A Redis that can be killed and started again, which ends a stack that owns one. */
export async function startRedis({ env }: Io) {
  await providePrograms([REDIS_PROGRAM], { env, progress: silently })
  const home = await mkdtemp(join(tmpdir(), "saleproof-redis-"))
  const port = await freePort()
  const unit = await redisUnit({ env, home, port, logDir: home })
  const [command, ...args] = endedWithParent([unit.command, ...unit.args], { signal: "KILL", env })
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    // A group of its own, which Ctrl-C does not reach.
    child = spawn(command, args, { cwd: home, env: unit.env, stdio: "ignore", detached: true })
    await untilAnswers({ kind: "redis", port }, AbortSignal.timeout(ANSWERS_WITHIN_MS))
  }

  async function kill(): Promise<void> {
    if (!child) return
    const ended = once(child, "exit")
    child.kill("SIGKILL")
    child = undefined
    await ended
  }

  await start()
  return {
    url: redisUrl(port),
    start,
    kill,
    /** Forgets everything. */
    flush: () => sendCommand(port, "FLUSHALL"),
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(home, { recursive: true, force: true })
    },
  }
}

export type RedisProcess = Awaited<ReturnType<typeof startRedis>>

async function sendCommand(port: number, command: string): Promise<void> {
  const socket = connect(port, "127.0.0.1")
  try {
    socket.write(`${command}\r\n`)
    const [reply] = await once(socket, "data")
    if (!String(reply).startsWith("+OK")) throw new Error(`Redis answered ${String(reply)} to ${command}`)
  } finally {
    socket.destroy()
  }
}
