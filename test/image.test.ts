import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"

import { createDatabase, createTestRedis } from "../apps/api/test/support/database.ts"
import { freePort } from "../apps/loadctl/src/stack/ports.ts"
import { buildStages } from "./dockerfile.ts"

const ROOT = join(import.meta.dirname, "..")
const BUILD_MS = 240_000

/** What `docker build` would send: the paths that .dockerignore lets through, less those that it takes out again. */
async function sendContext(to: string): Promise<void> {
  const lines = (await readFile(join(ROOT, ".dockerignore"), "utf8")).trim().split("\n")
  const sent = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1))
  const kept = lines.filter((line) => !/^[!*]/.test(line)).map((line) => join(ROOT, line))
  for (const path of sent)
    await cp(join(ROOT, path), join(to, path), {
      recursive: true,
      filter: (source) => !kept.includes(source),
    })
}

it(
  "boots the API and the worker from what the Dockerfile makes in an empty folder",
  { timeout: BUILD_MS },
  async () => {
    await using things = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), "saleproof-image-"))
    things.defer(() => rm(folder, { recursive: true }))
    const database = things.use(await createDatabase())
    const redis = things.use(await createTestRedis())

    const context = join(folder, "context")
    await sendContext(context)
    const stages = await buildStages(join(ROOT, "Dockerfile"), { context, folder })
    const migrate = stages.get("migrate")
    const shop = stages.get("shop")
    const home = join(shop?.root ?? "", shop?.workdir ?? "")

    const installed = await readdir(join(home, "node_modules"))
    expect(
      installed.filter((name) => ["prisma", "vitest", "typescript", "node", "k6"].includes(name)),
    ).toEqual([])
    expect(shop?.command).toEqual(["node", "apps/api/src/main.ts"])
    const [program = "", ...args] = migrate?.command ?? []
    const cwd = join(migrate?.root ?? "", migrate?.workdir ?? "")
    const { stdout } = await execa(program, args, { cwd, env: { DATABASE_URL: database.url } })
    expect(stdout).toContain("No pending migrations to apply")

    const port = await freePort()
    const metricsPort = await freePort()
    const env = {
      ...shop?.env,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      PORT: String(port),
      WORKER_METRICS_PORT: String(metricsPort),
    }
    for (const entry of ["main.ts", "worker.ts"]) {
      const running = execa(process.execPath, [`apps/api/src/${entry}`], { cwd: home, env, reject: false })
      things.defer(async () => void (running.kill(), await running))
    }
    const status = (url: string) =>
      fetch(url).then(
        (response) => response.status,
        () => 0,
      )
    await expect.poll(() => status(`http://127.0.0.1:${port}/readyz`), { timeout: 30_000 }).toBe(200)
    await expect.poll(() => status(`http://127.0.0.1:${metricsPort}/metrics`), { timeout: 30_000 }).toBe(200)
  },
)
