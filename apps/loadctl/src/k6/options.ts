import { execa } from "execa"
import { z } from "zod"

import { goDuration } from "./scenarios.ts"

/** What of a script's options decides how a run of it is watched and read; null where k6 cannot say. */
export type ScriptOptions = {
  /** The script's own limit for its teardown(), ms. */
  teardownMs: number | null
  /** The tags that k6 itself gives to samples: one that is not among them is the script's, whatever its name. */
  systemTags: readonly string[] | null
  /** How long an iteration is at least, its pause after the script's function included, ms. */
  minIterationMs: number | null
}

const Options = z.object({
  teardownTimeout: z.string().nullish(),
  systemTags: z.array(z.string()).nullish(),
  minIterationDuration: z.string().nullish(),
})
const TIMEOUT_MS = 30_000

type Asking = {
  binary: string
  script: string
  cwd: string
  env: NodeJS.ProcessEnv
  /** k6's configuration file, as for the run. */
  configFile: string
}

/** Asks k6, which runs the script's outermost code for it. */
export async function readScriptOptions(asking: Asking): Promise<ScriptOptions> {
  const { binary, script, cwd, env, configFile } = asking
  const flags = ["--execution-requirements", "--include-system-env-vars", "--config", configFile]
  const asked = { cwd, env, extendEnv: false, reject: false, timeout: TIMEOUT_MS } as const
  const { exitCode, stdout } = await execa(binary, ["inspect", ...flags, script], asked)
  if (exitCode !== 0) return { teardownMs: null, systemTags: null, minIterationMs: null }
  const { teardownTimeout, systemTags, minIterationDuration } = Options.parse(JSON.parse(stdout))
  return {
    teardownMs: goDuration(teardownTimeout ?? undefined),
    systemTags: systemTags ?? null,
    minIterationMs: goDuration(minIterationDuration ?? undefined),
  }
}
