import { existsSync } from "node:fs"
import { mkdir, readFile, rename, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"

import { execa } from "execa"

import { interruptedError, StackError } from "../errors.ts"
import { withLock } from "../lock.mjs"
import { cacheDir } from "./cache.ts"
import { findOnPath, isExecutable } from "../path.mjs"
import type { Progress } from "./progress.ts"

const MODULE = "go.k6.io/k6/v2"
export const INSTALL_K6 = "https://grafana.com/docs/k6/latest/set-up/install-k6/"

type BuildEnvironment = { env: NodeJS.ProcessEnv; progress: Progress; signal?: AbortSignal | undefined }

export type FoundK6 = {
  /** One of the same major version: on the PATH, or built before. */
  path: string | null
  /** The version on the PATH, where that one is of another major version. */
  unfit: string | null
}

/** Looks for a k6 and builds none. */
export async function findK6(env: NodeJS.ProcessEnv): Promise<FoundK6> {
  const version = await pinnedVersion()
  const onPath = findOnPath("k6", env)
  const found = onPath ? await versionOf(onPath) : null
  if (onPath && majorOf(found) === majorOf(version)) return { path: onPath, unfit: null }
  const built = builtK6(version, env)
  return { path: isExecutable(built) ? built : null, unfit: found }
}

/** The path of the k6 that was found, or of one built now from its pinned Go module. */
export async function provideK6({ env, progress, signal }: BuildEnvironment): Promise<string> {
  const { path } = await findK6(env)
  if (path !== null) return path
  const version = await pinnedVersion()
  const built = builtK6(version, env)
  const buildOnce = async (): Promise<void> => {
    if (!isExecutable(built)) await build({ version, target: built, env, progress, signal })
  }
  try {
    await withLock(join(cacheDir(env), "k6.lock"), buildOnce, { signal })
  } catch (error) {
    throw signal?.aborted ? interruptedError() : error
  }
  return built
}

/** The version in the pinned Go module, for example `2.2.0`. */
export async function pinnedVersion(): Promise<string> {
  const folder = toolchain()
  const goMod = await readFile(join(folder, "go.mod"), "utf8")
  const version = /go\.k6\.io\/k6\/v2 v(\S+)/.exec(goMod)?.[1]
  if (!version) throw new Error(`${folder}/go.mod does not name ${MODULE}`)
  return version
}

export function builtK6(version: string, env: NodeJS.ProcessEnv): string {
  return join(cacheDir(env), `k6-v${version}`, "k6")
}

export function findGo(env: NodeJS.ProcessEnv): string | undefined {
  // Where Go's own installer puts it; not every shell has that on its PATH.
  return findOnPath("go", env) ?? ["/usr/local/go/bin/go"].find(isExecutable)
}

/** The folder of the pinned module: beside the sources, or where a package that bundles them has it. */
function toolchain(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, "toolchain", "k6")
    if (existsSync(join(candidate, "go.mod"))) return candidate
    if (folder === dirname(folder)) throw new Error(`there is no toolchain/k6 above ${import.meta.dirname}`)
  }
}

async function versionOf(k6: string): Promise<string | null> {
  const { stdout } = await execa(k6, ["version"], { reject: false })
  return /v(\d+\.\d+\S*)/.exec(stdout)?.[1] ?? null
}

function majorOf(version: string | null): string | undefined {
  return version?.split(".")[0]
}

async function build({
  version,
  target,
  env,
  progress,
  signal,
}: BuildEnvironment & { version: string; target: string }) {
  const go = findGo(env)
  if (!go) {
    throw new StackError(`k6 is not installed, and without Go it cannot be built.`, {
      hint: `install Go (https://go.dev/dl/) or k6 ${version} (${INSTALL_K6})`,
    })
  }
  const unfinished = `${target}.${process.pid}`
  await mkdir(join(target, ".."), { recursive: true })
  try {
    await progress(`Building k6 ${version} from its Go module (once, about a minute)`, () =>
      execa(go, ["build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", unfinished, MODULE], {
        cwd: toolchain(),
        env: { ...goFolders(env), ...env, CGO_ENABLED: "0", GOWORK: "off" },
        extendEnv: false,
        ...(signal && { cancelSignal: signal }),
      }),
    )
    await rename(unfinished, target)
  } catch (cause) {
    const reason =
      cause instanceof Error && "stderr" in cause ? lastLine(String(cause.stderr)) : String(cause)
    throw new StackError(`k6 ${version} could not be built: ${reason}`, {
      hint: `install k6 ${version} (${INSTALL_K6}), or repeat: cd ${toolchain()} && go build -o ${target} ${MODULE}`,
      cause,
    })
  } finally {
    await rm(unfinished, { force: true })
  }
}

/** Go insists on a home folder for its caches; a service account may not have the variable. */
function goFolders(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env["HOME"] && existsSync(env["HOME"])) return {}
  const folder = join(cacheDir(env), "go")
  return { HOME: homedir(), GOPATH: folder, GOCACHE: join(folder, "build") }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? ""
}
