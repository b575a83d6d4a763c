import { join } from "node:path"
import process from "node:process"

import type { Unit } from "../unit.ts"

export function apiUrl(port: number): string {
  return `http://127.0.0.1:${port}`
}

export function workerMetricsUrl(port: number): string {
  return `http://127.0.0.1:${port}/metrics`
}

/** Node lets a heap grow while there is memory. The worker needs 60 MB of it, and takes 400 MB at most in all. */
export const WORKER_FLAGS = ["--max-old-space-size=256", "--max-semi-space-size=8"] as const

type ShopOptions = {
  root: string
  /** The whole environment of the shop's processes, the URLs of their services included. */
  env: Record<string, string>
  logDir: string
}

/** Brings the database's schema up to date, by Prisma's own command. */
export function migrationUnit({
  root,
  env,
  logDir,
  after,
}: ShopOptions & { after: readonly string[] }): Unit {
  return {
    kind: "task",
    name: "migrate",
    after,
    command: process.execPath,
    args: [join(root, "node_modules/prisma/build/index.js"), "migrate", "deploy"],
    env: { ...env, CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1" },
    cwd: root,
    log: join(logDir, "migrate.log"),
  }
}

type ProcessOptions = ShopOptions & { after: readonly string[]; port: number; watch: boolean }

export function apiUnit(options: ProcessOptions): Unit {
  const { port } = options
  return shopUnit({
    ...options,
    name: "api",
    env: { ...options.env, HOST: "127.0.0.1", PORT: String(port) },
    probeUrl: `${apiUrl(port)}/readyz`,
  })
}

export function workerUnit(options: ProcessOptions): Unit {
  const { port } = options
  return shopUnit({
    ...options,
    name: "worker",
    env: { ...options.env, HOST: "127.0.0.1", WORKER_METRICS_PORT: String(port) },
    probeUrl: workerMetricsUrl(port),
  })
}

function shopUnit(options: ProcessOptions & { name: "api" | "worker"; probeUrl: string }): Unit {
  const { name, root, env, logDir, after, port, watch, probeUrl } = options
  const entry = join(root, "apps/api/src", name === "api" ? "main.ts" : "worker.ts")
  const flags = name === "api" ? [] : WORKER_FLAGS
  return {
    kind: "service",
    name,
    after,
    command: process.execPath,
    args: [...flags, ...(watch ? ["--watch", "--watch-preserve-output"] : []), entry],
    env,
    cwd: root,
    log: join(logDir, `${name}.log`),
    port,
    probe: { kind: "http", url: probeUrl },
    stopSignal: "SIGTERM",
  }
}
