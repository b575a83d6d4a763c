import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"

import { EXIT, LoadctlError } from "../../errors.ts"
import { withLock } from "../lock.ts"
import { cacheDir } from "./cache.ts"
import { findOnPath } from "./path.ts"
import type { Progress } from "./progress.ts"

const PACKAGES = { "redis-server": "redis-server", influxd: "influxdb" } as const
export type Program = keyof typeof PACKAGES

const LOCK_WAIT_S = 300

/** Makes sure that the programs are on the PATH: what is missing comes from Debian's packages where root may. */
export async function providePrograms(
  programs: readonly Program[],
  { env, progress }: { env: NodeJS.ProcessEnv; progress: Progress },
): Promise<void> {
  if (missingOf(programs, env).length > 0 && canInstall(env)) {
    // Another stack may be installing the same packages at this moment.
    await withLock(join(cacheDir(env), "apt.lock"), () =>
      install(missingOf(programs, env), { env, progress }),
    )
  }
  const stillMissing = missingOf(programs, env)
  if (stillMissing.length > 0) throw missing(stillMissing, env)
}

/** The one command that installs these programs on this system. */
export function installCommand(programs: readonly Program[], env: NodeJS.ProcessEnv): string {
  const packages = programs.map((name) => PACKAGES[name]).join(" ")
  if (process.platform === "darwin")
    return `brew install ${packages.replace("redis-server", "redis").replace("influxdb", "influxdb@1")}`
  const sudo = process.getuid?.() === 0 ? "" : "sudo "
  if (findOnPath("apt-get", env)) return `${sudo}apt-get update && ${sudo}apt-get install -y ${packages}`
  return `install ${packages} with this system's package manager`
}

function missingOf(programs: readonly Program[], env: NodeJS.ProcessEnv): Program[] {
  return programs.filter((name) => !findOnPath(name, env))
}

export function canInstall(env: NodeJS.ProcessEnv): boolean {
  return process.getuid?.() === 0 && findOnPath("apt-get", env) !== undefined
}

function missing(programs: readonly Program[], env: NodeJS.ProcessEnv, cause?: unknown): LoadctlError {
  const message = `${programs.join(" and ")} ${programs.length === 1 ? "is" : "are"} not installed.`
  return new LoadctlError(EXIT.missing, message, { hint: installCommand(programs, env), cause })
}

async function install(
  programs: readonly Program[],
  { env, progress }: { env: NodeJS.ProcessEnv; progress: Progress },
): Promise<void> {
  if (programs.length === 0) return
  const packages = programs.map((name) => PACKAGES[name])
  const apt = (...args: string[]) =>
    execa("apt-get", ["-q", "-y", "-o", `DPkg::Lock::Timeout=${LOCK_WAIT_S}`, ...args], {
      // Run level 1 keeps the packages from starting their daemons: the stack starts its own.
      env: { ...env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
      extendEnv: false,
      all: true,
    })
  try {
    await progress(`Installing ${packages.join(" and ")} (Debian)`, async () => {
      await apt("update")
      await apt("install", "--no-install-recommends", ...packages)
      await stopDaemons(packages)
    })
  } catch (cause) {
    throw missing(programs, env, cause)
  }
}

/** systemd starts what a package brings whatever the run level is. */
async function stopDaemons(packages: readonly string[]): Promise<void> {
  if (!existsSync("/run/systemd/system")) return
  await execa("systemctl", ["disable", "--now", ...packages], { reject: false })
}
