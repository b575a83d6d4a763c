import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"

import { execa } from "execa"
import { inject } from "vitest"

const MAIN = join(import.meta.dirname, "../../src/main.ts")

/** loadctl as a process of its own, k6 on its PATH, and nothing of this shell's configuration. */
export function loadctl(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
) {
  // oxlint-disable-next-line node/no-process-env -- a child needs a PATH and a home
  const { PATH = "", HOME = "" } = process.env
  return execa(process.execPath, [MAIN, ...args], {
    cwd,
    reject: false,
    extendEnv: false,
    env: { PATH: [dirname(inject("k6Path")), PATH].join(delimiter), HOME, ...env },
  })
}

/** A copy of the box office's load test in a folder of its own, which goes when the test ends. */
export async function boxOfficeProject() {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-test-"))
  await cp(join(import.meta.dirname, "../unrelated"), folder, { recursive: true })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
