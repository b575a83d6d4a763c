import { createHash } from "node:crypto"
import { mkdir, readFile, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"

import { execa } from "execa"

import { StackError } from "@saleproof/stack/errors.ts"
import { cacheDir } from "@saleproof/stack/provide/cache.ts"
import { findOnPath } from "@saleproof/stack/path.mjs"
import type { Progress } from "@saleproof/stack/provide/progress.ts"

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt")

export type Fuzzer = { command: [program: string, ...args: string[]]; version: string }

type InstallEnvironment = { env: NodeJS.ProcessEnv; progress: Progress; signal: AbortSignal }

/** The pinned fuzzer in a Python environment of its own, made once a user. */
export async function provideFuzzer({ env, progress, signal }: InstallEnvironment): Promise<Fuzzer> {
  const requirements = await readFile(REQUIREMENTS)
  const digest = createHash("sha256").update(requirements).digest("hex").slice(0, 12)
  const folder = join(cacheDir(env), `schemathesis-${digest}`)
  const installed = await fuzzerIn(folder)
  if (installed) return installed
  await progress("Installing the fuzzer from PyPI (once)", () => install(folder, { env, signal }))
  const made = await fuzzerIn(folder)
  if (!made) throw missing("it does not start")
  return made
}

async function fuzzerIn(folder: string): Promise<Fuzzer | undefined> {
  const command: Fuzzer["command"] = [join(folder, "bin/python"), "-m", "schemathesis.cli"]
  const [python, ...args] = command
  const { exitCode, stdout } = await execa(python, [...args, "--version"], { reject: false })
  const [, version] = /version (\S+)/.exec(stdout ?? "") ?? []
  return exitCode === 0 && version ? { command, version } : undefined
}

/** Made beside its place and moved there when whole, so that one that was cut short is never used. */
async function install(folder: string, { env, signal }: Omit<InstallEnvironment, "progress">): Promise<void> {
  const python = findOnPath("python3", env)
  if (!python) throw missing("there is no python3 on the PATH")
  const unfinished = `${folder}.${process.pid}`
  await mkdir(dirname(folder), { recursive: true })
  try {
    await execa(python, ["-m", "venv", unfinished], { env, cancelSignal: signal })
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    await execa(join(unfinished, "bin/python"), [...pip, "-r", REQUIREMENTS], { env, cancelSignal: signal })
    await rm(folder, { recursive: true, force: true })
    await rename(unfinished, folder)
  } catch (cause) {
    throw signal.aborted ? cause : missing(lastLine(cause), cause)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

const missing = (reason: string, cause?: unknown) =>
  new StackError(`The fuzzer could not be installed: ${reason}`, {
    hint: "install Python 3.10 or newer with its venv and pip (Debian: apt-get install python3-venv)",
    cause,
  })

function lastLine(error: unknown): string {
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error)
  return text.trim().split("\n").at(-1) ?? ""
}
