import { statSync } from "node:fs"
import { resolve } from "node:path"

import { execa } from "execa"

import { usageError } from "../errors.ts"
import { inheritedByK6 } from "../k6/environment.ts"
import { readError } from "../k6/error-line.ts"
import type { RunPlan } from "../plan/plan.ts"
import { scriptEnv } from "./load.ts"

const TIMEOUT_MS = 30_000
const LOAD_VARIABLES = new Map([
  ["--vus", "K6_VUS"],
  ["--duration", "K6_DURATION"],
  ["--iterations", "K6_ITERATIONS"],
])

type ScriptCheck = {
  plan: RunPlan
  root: string
  env: NodeJS.ProcessEnv
  targetUrl: string
  /** Null where there is no k6 yet: then only whether there is a script. */
  binary: string | null
}

/**
 * Throws a usage error for a script that is not there, does not parse, or whose options k6 refuses, before anything
 * is started or saved. What the script throws itself may be for want of what only the run knows, so that is left to
 * the run.
 */
export async function checkScript({ plan, root, env, targetUrl, binary }: ScriptCheck): Promise<void> {
  const script = resolve(root, plan.script)
  if (!isFile(script))
    throw usageError(`There is no script ${plan.script} in ${root}.`, "script: in loadctl.yaml names it.")
  if (binary === null) return
  const args = [
    "inspect",
    "--execution-requirements",
    "--include-system-env-vars",
    "--log-format",
    "json",
    script,
  ]
  const { exitCode, stderr, timedOut } = await execa(binary, args, {
    cwd: root,
    env: {
      ...inheritedByK6(env),
      ...scriptEnv({ plan, targetUrl, seeded: null, env }),
      ...loadVariables(plan.k6Flags ?? []),
    },
    extendEnv: false,
    reject: false,
    timeout: TIMEOUT_MS,
  })
  if (exitCode === 0 || timedOut) return
  const errors = stderr.split("\n").flatMap(readError)
  if (errors.some(({ source }) => source === "stacktrace")) return
  const reason = (errors.at(-1)?.msg ?? stderr).trim().replaceAll(/\s*\n\s*(- )?/g, " ")
  throw usageError(`k6 cannot read ${plan.script}: ${reason}`)
}

/** The flags that replace the script's load, as variables: k6 inspect reads these, and does not know the flags. */
function loadVariables(flags: readonly string[]): Record<string, string> {
  const given = flags.flatMap((flag, at) => {
    const [name, value] = [LOAD_VARIABLES.get(flag), flags[at + 1]]
    return name !== undefined && value !== undefined ? [[name, value] as const] : []
  })
  return Object.fromEntries(given)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
