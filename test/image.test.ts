import { cp, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"
import { parse } from "yaml"
import { z } from "zod"

import { createDatabase, createTestRedis } from "@saleproof/api/test/support/database.ts"
import { freePort } from "@saleproof/stack/ports.ts"
import { buildStages } from "./dockerfile.ts"

const ROOT = join(import.meta.dirname, "..")
const BUILD_MS = 240_000

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({ healthcheck: z.object({ test: z.array(z.string()) }).optional() }),
  ),
})
const Installed = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })),
})

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

/** The packages of a folder that only development needs, by npm's own list or by name. */
async function developedWith(folder: string): Promise<string[]> {
  const { packages } = Installed.parse(
    JSON.parse(await readFile(join(folder, "node_modules/.package-lock.json"), "utf8")),
  )
  const tools = ["prisma", "vitest", "typescript", "node"].map((name) => `node_modules/${name}`)
  return Object.entries(packages).flatMap(([path, { dev }]) => (dev || tools.includes(path) ? [path] : []))
}

/** What the compose file's own health check of a service says, asked on the ports that it has here. */
async function isWell(service: string, ports: Record<number, number>): Promise<boolean> {
  const { services } = Compose.parse(parse(await readFile(join(ROOT, "docker-compose.yml"), "utf8")))
  const [kind, program, ...args] = services[service]?.healthcheck?.test ?? []
  expect([kind, program]).toEqual(["CMD", "node"])
  const asked = args.map((arg) => arg.replaceAll(/(?<=:)\d{4}/g, (port) => String(ports[Number(port)])))
  const { exitCode } = await execa(process.execPath, asked, { reject: false })
  return exitCode === 0
}

it(
  "migrates and boots from what the Dockerfile makes in an empty folder",
  { timeout: BUILD_MS },
  async () => {
    await using things = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), "saleproof-image-"))
    things.defer(() => rm(folder, { recursive: true }))
    const database = things.use(await createDatabase())
    const redis = things.use(await createTestRedis())
    const context = join(folder, "context")
    await sendContext(context)
    const stage = await buildStages(join(ROOT, "Dockerfile"), { context, folder })

    const migrate = stage("migrate")
    const migrated = await execa(migrate.program, migrate.args, {
      cwd: migrate.cwd,
      env: { DATABASE_URL: database.url },
    })
    expect(migrated.stdout).toContain("No pending migrations to apply")

    const shop = stage("shop")
    expect([migrate.user, shop.user]).toEqual(["node", "node"])
    expect(await developedWith(shop.cwd)).toEqual([])
    const [port, metricsPort] = [await freePort(), await freePort()]
    const env = {
      ...shop.env,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      AUTH: "jwt",
      AUTH_JWT_SECRET: "a secret of thirty-two characters",
      AUTH_ISSUER: "https://login.example",
      AUTH_AUDIENCE: "saleproof",
      PORT: String(port),
      WORKER_METRICS_PORT: String(metricsPort),
    }
    for (const args of [shop.args, ["apps/api/src/worker.ts"]]) {
      const running = execa(shop.program, args, { cwd: shop.cwd, env, reject: false })
      things.defer(async () => void (running.kill(), await running))
    }
    await expect.poll(() => isWell("api", { 8080: port }), { timeout: 30_000 }).toBe(true)
    await expect.poll(() => isWell("worker", { 8081: metricsPort }), { timeout: 30_000 }).toBe(true)
  },
)
