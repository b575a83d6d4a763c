import { join } from "node:path"

import { execa } from "execa"

import { StackError } from "./errors.ts"
import { REPOSITORY } from "./folders.ts"
import { urlsOf } from "./plan.ts"
import { DOCUMENTED_PORTS } from "./ports.ts"
import type { StopOptions } from "./shared.ts"
import { SERVICES } from "./unit.ts"
import type { StackUrls } from "./unit.ts"

const COMPOSE = [
  "compose",
  "-p",
  "saleproof",
  "-f",
  join(REPOSITORY, "docker-compose.yml"),
  "--profile",
  "load",
]
// The file has no password of its own and keeps the lab shut; this stack is a lab on loopback.
const LAB = { POSTGRES_PASSWORD: "postgres", NODE_ENV: "development", LAB: "on", AUTH: "none" }
// What a load test needs; the profile has more, which `docker compose up` starts.
const CONTAINERS = ["db", "redis", "api", "worker", "influxdb"]

type DockerOptions = { env: NodeJS.ProcessEnv; apiPort: number; shopEnv: Record<string, string> }

/** The same stack as containers, for machines with a Docker engine. Resolves when every health check passes. */
export async function startContainers({ env, apiPort, shopEnv }: DockerOptions): Promise<StackUrls> {
  await assertEngine(env)
  await compose(["up", "-d", "--build", "--wait", ...CONTAINERS], {
    ...env,
    ...LAB,
    ...shopEnv,
    PORT: String(apiPort),
  })
  return urlsOf(SERVICES, { ...DOCUMENTED_PORTS, api: apiPort })
}

export async function stopContainers({ env, purge }: StopOptions): Promise<void> {
  await assertEngine(env)
  await compose(["down", ...(purge ? ["--volumes"] : [])], { ...env, ...LAB })
}

/** The version of the Docker engine that answers, or undefined. */
export async function dockerVersion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { exitCode, stdout } = await execa("docker", ["info", "--format", "{{.ServerVersion}}"], {
    env,
    reject: false,
    timeout: 10_000,
  })
  return exitCode === 0 && stdout ? stdout : undefined
}

async function assertEngine(env: NodeJS.ProcessEnv): Promise<void> {
  if (await dockerVersion(env)) return
  throw new StackError("No Docker engine answers (`docker info` fails).", {
    hint: "start Docker, or: loadctl up --provider native",
  })
}

async function compose(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await execa("docker", [...COMPOSE, ...args], { env, stdout: "ignore", stderr: "inherit" })
  } catch (cause) {
    throw new StackError(`docker compose ${args[0]} failed.`, {
      hint: `docker compose --profile load logs`,
      cause,
    })
  }
}
