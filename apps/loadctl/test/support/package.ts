import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { chown, cp, mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { inject } from "vitest"

const REPOSITORY = join(import.meta.dirname, "../../../..")
const NODE_22 = "22.23.3"

/** Makes the tarball and returns its path. */
export async function makePackage(): Promise<string> {
  const main = join(REPOSITORY, "apps/loadctl/packaging/main.ts")
  const { stdout } = await execa(process.execPath, [main], { cwd: REPOSITORY })
  return join(REPOSITORY, stdout.trim())
}

/** The folder of a Node 22, as npm has it; fetched once into npm's cache. */
export async function node22Folder(): Promise<string> {
  const folder = join(REPOSITORY, "node_modules/.cache/node22")
  const name = `node-${process.platform}-${process.arch}`
  await execa("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", `${name}@${NODE_22}`])
  return join(folder, "node_modules", name, "bin")
}

/** An empty folder of an ordinary user: a home of its own, k6 on the PATH, and no InfluxDB in the environment. */
export async function emptyFolder({ nodeFolder = dirname(process.execPath) } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-user-"))
  const { user, bin } = await ordinaryUser(folder)
  const { PATH = "", npm_config_registry: registry } = process.env
  const env = {
    PATH: [nodeFolder, bin, PATH].join(delimiter),
    HOME: folder,
    ...(registry === undefined ? {} : { npm_config_registry: registry }),
  }
  /** Runs one line as it stands in the README. */
  const shell = (line: string) =>
    execa("sh", ["-c", line], { cwd: folder, env, extendEnv: false, reject: false, ...user })
  const remove = async (): Promise<void> => {
    for (const path of [folder, `${folder}-bin`]) await rm(path, { recursive: true, force: true })
  }
  return { folder, shell, [Symbol.asyncDispose]: remove }
}

// Debian's and most systems' nobody.
const NOBODY = 65_534

/** Where the tests run as root, somebody without rights, with a k6 that is within reach. */
async function ordinaryUser(folder: string) {
  const k6 = inject("k6Path")
  if (process.getuid?.() !== 0) return { user: {}, bin: dirname(k6) }
  const bin = `${folder}-bin`
  await mkdir(bin)
  await cp(k6, join(bin, "k6"))
  await chown(folder, NOBODY, NOBODY)
  return { user: { uid: NOBODY, gid: NOBODY }, bin }
}

/** The API in Python's standard library, on a free port. */
export async function openPythonApi(
  script = join(import.meta.dirname, "../python-api/server.py"),
): Promise<AsyncDisposable & { url: string }> {
  const child = spawn("python3", [script], { stdio: ["ignore", "pipe", "inherit"] })
  const port = (await firstLine(child)).trim()
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit")
      child.kill("SIGKILL")
      await ended
    },
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error("no stdout")
  const [chunk] = await once(stdout, "data")
  return String(chunk)
}
