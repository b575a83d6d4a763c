import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { execa, ExecaError } from "execa"

import { StackError } from "../errors.ts"
import { withLock } from "../lock.mjs"
import { cacheDir } from "./cache.ts"
import { findOnPath } from "../path.mjs"
import type { Progress } from "./progress.ts"

const PACKAGES = {
  "redis-server": "redis-server",
  influxd: "influxdb",
  pgbouncer: "pgbouncer",
  chromium: "chromium",
  zsh: "zsh",
  fish: "fish",
} as const
export type Program = keyof typeof PACKAGES

const LOCK_WAIT_S = 300

/** What decides whether this process may install packages. */
export type System = { env: NodeJS.ProcessEnv; isRoot?: boolean }

/** Makes sure that the programs are on the PATH: what is missing comes from Debian's packages where root may. */
export async function providePrograms(
  programs: readonly Program[],
  { progress, ...system }: System & { progress: Progress },
): Promise<void> {
  const { env } = system
  if (missingOf(programs, env).length > 0 && canInstall(system)) {
    // Another stack may be installing the same packages at this moment.
    await withLock(join(cacheDir(env), "apt.lock"), () =>
      install(missingOf(programs, env), { ...system, progress }),
    )
  }
  const stillMissing = missingOf(programs, env)
  if (stillMissing.length > 0) throw missing(stillMissing, system)
}

/** The one command that installs these programs on this system. */
export function installCommand(programs: readonly Program[], { env, isRoot = amRoot() }: System): string {
  const packages = programs.map((name) => PACKAGES[name]).join(" ")
  if (process.platform === "darwin")
    return `brew install ${packages.replace("redis-server", "redis").replace("influxdb", "influxdb@1")}`
  const sudo = isRoot ? "" : "sudo "
  if (findOnPath("apt-get", env)) return `${sudo}apt-get update && ${sudo}apt-get install -y ${packages}`
  return `install ${packages} with this system's package manager`
}

export function canInstall({ env, isRoot = amRoot() }: System): boolean {
  return isRoot && findOnPath("apt-get", env) !== undefined
}

function amRoot(): boolean {
  return process.getuid?.() === 0
}

function missingOf(programs: readonly Program[], env: NodeJS.ProcessEnv): Program[] {
  return programs.filter((name) => !findOnPath(name, env))
}

function missing(programs: readonly Program[], system: System, cause?: unknown): StackError {
  const verb = programs.length === 1 ? "is" : "are"
  const reason = cause instanceof ExecaError ? `, and ${cause.shortMessage}:\n${lastLines(cause)}` : "."
  return new StackError(`${programs.join(" and ")} ${verb} not installed${reason}`, {
    hint: installCommand(programs, system),
    cause,
  })
}

function lastLines({ stderr }: ExecaError): string {
  return String(stderr).trim().split("\n").slice(-3).join("\n")
}

async function install(
  programs: readonly Program[],
  { progress, ...system }: System & { progress: Progress },
): Promise<void> {
  if (programs.length === 0) return
  const packages = programs.map((name) => PACKAGES[name])
  const apt = (...args: string[]) =>
    execa("apt-get", ["-q", "-y", "-o", `DPkg::Lock::Timeout=${LOCK_WAIT_S}`, ...args], {
      // Run level 1 keeps the packages from starting their daemons: the stack starts its own.
      env: { ...system.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
      extendEnv: false,
    })
  try {
    await progress(`Installing ${packages.join(" and ")} (Debian)`, async () => {
      await apt("update")
      await apt("install", "--no-install-recommends", ...packages)
      await stopDaemons(packages)
    })
  } catch (cause) {
    throw missing(programs, system, cause)
  }
}

/** systemd starts what a package brings whatever the run level is. */
async function stopDaemons(packages: readonly string[]): Promise<void> {
  if (!existsSync("/run/systemd/system")) return
  await execa("systemctl", ["disable", "--now", ...packages], { reject: false })
}
