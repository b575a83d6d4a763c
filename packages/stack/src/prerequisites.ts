import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"

import { StackError } from "./errors.ts"
import { dockerVersion } from "./docker.ts"
import { REPOSITORY, stacksDir } from "./folders.ts"
import { portHolder } from "./port-owner.ts"
import { DOCUMENTED_PORTS, isFree } from "./ports.ts"
import { canInstall, installCommand } from "./provide/debian.ts"
import type { Program } from "./provide/debian.ts"
import { builtK6, findGo, INSTALL_K6, pinnedVersion } from "./provide/k6.ts"
import { findOnPath, isExecutable } from "./path.mjs"
import { providePostgres } from "./provide/postgres.ts"
import { sharedStack } from "./shared.ts"
import { SERVICES } from "./unit.ts"

/** `later`: missing, but the first command that needs it installs it. `optional`: nothing needs it. */
export type Finding = {
  title: string
  state: "ok" | "later" | "optional" | "missing"
  /** Version or place when it is there, otherwise what is wrong. */
  detail: string
  /** The command that puts it right. */
  fix?: string
}

type Check = (env: NodeJS.ProcessEnv) => Promise<Finding>

const CHECKS: readonly Check[] = [
  checkNode,
  checkClient,
  checkPostgres,
  (env) => checkProgram("redis-server", env),
  (env) => checkProgram("influxd", env),
  checkK6,
  checkPorts,
  checkDataFolder,
  checkDocker,
]

/** Everything that `run`, `up` and the tests need, checked now. */
export function checkPrerequisites(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  return Promise.all(CHECKS.map((check) => check(env)))
}

async function checkNode(): Promise<Finding> {
  return { title: "Node.js", state: "ok", detail: process.versions.node }
}

async function checkClient(): Promise<Finding> {
  const title = "Prisma client"
  const generated = existsSync(join(REPOSITORY, "apps/api/src/generated/prisma/client.ts"))
  return generated
    ? { title, state: "ok", detail: "generated" }
    : { title, state: "missing", detail: "not generated", fix: "npx prisma generate" }
}

async function checkPostgres(): Promise<Finding> {
  const title = "PostgreSQL"
  try {
    const { binDir } = await providePostgres()
    return { title, state: "ok", detail: await versionOf(join(binDir, "postgres"), ["--version"]) }
  } catch (error) {
    const hint = error instanceof StackError ? error.hint : undefined
    return { title, state: "missing", detail: String(error), fix: hint ?? "npm ci" }
  }
}

async function checkProgram(program: Program, env: NodeJS.ProcessEnv): Promise<Finding> {
  const path = findOnPath(program, env)
  if (path) {
    const args = program === "influxd" ? ["version"] : ["--version"]
    return { title: program, state: "ok", detail: await versionOf(path, args) }
  }
  const state = canInstall({ env }) ? "later" : "missing"
  return { title: program, state, detail: "not installed", fix: installCommand([program], { env }) }
}

async function checkK6(env: NodeJS.ProcessEnv): Promise<Finding> {
  const title = "k6"
  const version = await pinnedVersion()
  const path = [builtK6(version, env), findOnPath("k6", env)].find((file) => file && isExecutable(file))
  if (path) return { title, state: "ok", detail: await versionOf(path, ["version"]) }
  const go = findGo(env)
  if (go)
    return {
      title,
      state: "later",
      detail: `is built with ${go}`,
      fix: "loadctl run --build-k6, about a minute",
    }
  return {
    title,
    state: "missing",
    detail: "not installed, nor Go to build it",
    fix: `${INSTALL_K6} (k6 ${version})`,
  }
}

async function checkPorts(env: NodeJS.ProcessEnv): Promise<Finding> {
  const title = "Ports"
  const ports = SERVICES.map((service) => DOCUMENTED_PORTS[service])
  if (sharedStack(env)) return { title, state: "ok", detail: "`loadctl up` is running" }
  const taken: string[] = []
  for (const port of ports) {
    if (!(await isFree(port))) taken.push(`${port} by ${(await portHolder(port)) ?? "another program"}`)
  }
  if (taken.length === 0) return { title, state: "ok", detail: `${ports.join(", ")} are free` }
  return { title, state: "optional", detail: `taken: ${taken.join(", ")}`, fix: "loadctl up --free-ports" }
}

async function checkDataFolder(env: NodeJS.ProcessEnv): Promise<Finding> {
  return { title: "Data folder", state: "ok", detail: stacksDir(env) }
}

async function checkDocker(env: NodeJS.ProcessEnv): Promise<Finding> {
  const title = "Docker"
  const version = await dockerVersion(env)
  return version
    ? { title, state: "ok", detail: version }
    : { title, state: "optional", detail: "no engine answers; only --provider docker needs one" }
}

async function versionOf(program: string, args: string[]): Promise<string> {
  const { stdout, stderr } = await execa(program, args, { reject: false, timeout: 10_000 })
  return (stdout || stderr).split("\n")[0] ?? ""
}
