import { statSync } from "node:fs"
import { resolve } from "node:path"

import { execa } from "execa"
import { z } from "zod"

import { usageError } from "../errors.ts"
import { inheritedByK6 } from "../k6/environment.ts"
import type { RunPlan } from "../plan/plan.ts"
import { scriptEnv } from "./load.ts"

const TIMEOUT_MS = 30_000

const LogLine = z.object({ level: z.string(), msg: z.string(), source: z.string().optional() })

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
    env: { ...inheritedByK6(env), ...scriptEnv({ plan, targetUrl, seeded: null, env }) },
    extendEnv: false,
    reject: false,
    timeout: TIMEOUT_MS,
  })
  if (exitCode === 0 || timedOut) return
  const errors = stderr.split("\n").flatMap(readError)
  if (errors.some(({ source }) => source === "stacktrace")) return
  throw usageError(`k6 cannot read ${plan.script}: ${errors.at(-1)?.msg ?? stderr.trim()}`)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function readError(line: string): z.infer<typeof LogLine>[] {
  try {
    const { success, data } = LogLine.safeParse(JSON.parse(line))
    return success && data.level === "error" ? [data] : []
  } catch {
    return []
  }
}
