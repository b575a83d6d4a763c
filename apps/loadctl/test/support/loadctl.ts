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
  return execa(process.execPath, [MAIN, ...args], inTest(cwd, env))
}

/**
 * The same as an ordinary user: for root too, by util-linux' setpriv(1), the modes of files hold then. It stays root
 * by name, who can read a clone wherever it is.
 */
export function loadctlWithoutRights(args: readonly string[], { cwd }: { cwd: string }) {
  const command = [process.execPath, MAIN, ...args]
  const dropped = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
  const [program = "", ...rest] = process.getuid?.() === 0 ? [...dropped, ...command] : command
  return execa(program, rest, inTest(cwd, {}))
}

/** The same on a terminal of 100 columns, by util-linux' script(1); both streams come out of it as one. */
export function loadctlOnTerminal(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
) {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ")
  const sized = `stty cols 100 rows 40; exec ${command}`
  return execa("script", ["-qefc", sized, "/dev/null"], inTest(cwd, { TERM: "xterm-256color", ...env }))
}

function inTest(cwd: string, env: Record<string, string>) {
  // oxlint-disable-next-line node/no-process-env -- a child needs a PATH and a home
  const { PATH = "", HOME = "" } = process.env
  const path = [dirname(inject("k6Path")), PATH].join(delimiter)
  return { cwd, reject: false, extendEnv: false, env: { PATH: path, HOME, ...env } } as const
}

/** A copy of the box office's load test in a folder of its own, which goes when the test ends. */
export async function boxOfficeProject() {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-test-"))
  await cp(join(import.meta.dirname, "../unrelated"), folder, { recursive: true })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
