import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import process from "node:process"

import type { Io } from "@saleproof/command/io.ts"
import { freePort } from "@saleproof/stack/ports.ts"
import type { Shop } from "./shop.ts"

const LOOK_EVERY_MS = 50

/** One more API process of a shop, on the same database and Redis. */
export async function startApi(io: Io, { urls }: Shop): Promise<{ url: string } & AsyncDisposable> {
  const port = String(await freePort())
  const child = spawn(process.execPath, [join(io.root, "apps/api/src/main.ts")], {
    env: {
      ...io.env,
      DATABASE_URL: urls.databaseUrl,
      REDIS_URL: urls.redisUrl,
      HOST: "127.0.0.1",
      PORT: port,
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "ignore", "inherit"],
  })
  const ended = once(child, "exit")
  const url = `http://127.0.0.1:${port}`
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`The API process ended with ${child.exitCode}`)
    io.interrupted.throwIfAborted()
    await sleep(LOOK_EVERY_MS)
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM")
      await ended
    },
  }
}
