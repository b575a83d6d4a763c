import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
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
  const { PATH = "", npm_config_registry: registry } = process.env
  const env = {
    PATH: [nodeFolder, dirname(inject("k6Path")), PATH].join(delimiter),
    HOME: folder,
    ...(registry === undefined ? {} : { npm_config_registry: registry }),
  }
  /** Runs one line as it stands in the README. */
  const shell = (line: string) =>
    execa("sh", ["-c", line], { cwd: folder, env, extendEnv: false, reject: false })
  return { folder, shell, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
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
