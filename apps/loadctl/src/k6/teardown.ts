import { execa } from "execa"
import { z } from "zod"

import { readScript } from "../machine/script.ts"
import { goDuration } from "./scenarios.ts"

const Options = z.object({ teardownTimeout: z.string().nullish() })
const TIMEOUT_MS = 30_000
const OPTION = "teardownTimeout"

type Asking = { binary: string; script: string; cwd: string; env: NodeJS.ProcessEnv }

/**
 * The script's own limit for its teardown(), ms; undefined where it has none, or k6 cannot say. k6 is asked only where
 * a source or the environment names it: that takes a start of the script.
 */
export async function readTeardownTimeout({ binary, script, cwd, env }: Asking): Promise<number | undefined> {
  const sources = readScript(script)
  const isNamed = sources === null || sources.some((source) => source.includes(OPTION))
  if (!isNamed && !env["K6_TEARDOWN_TIMEOUT"]) return undefined
  const args = ["inspect", "--execution-requirements", "--include-system-env-vars", script]
  const asked = { cwd, env, extendEnv: false, reject: false, timeout: TIMEOUT_MS } as const
  const { exitCode, stdout } = await execa(binary, args, asked)
  if (exitCode !== 0) return undefined
  return goDuration(Options.parse(JSON.parse(stdout)).teardownTimeout ?? undefined) ?? undefined
}
