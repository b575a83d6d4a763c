import { accessSync, constants, statSync } from "node:fs"
import { dirname, resolve } from "node:path"

import { execa } from "execa"

import { isSystemRefusal, usageError } from "../errors.ts"
import { inheritedByK6 } from "../k6/environment.ts"
import type { RunPlan } from "../plan/plan.ts"
import { didYouMean } from "../suggest.ts"

const TIMEOUT_MS = 30_000
// No output of any k6: asked for it as the last one, k6 names those that it has, and starts none.
const NO_OUTPUT = "no-output-of-k6"

type OutputCheck = { plan: Pick<RunPlan, "k6Flags">; root: string; env: NodeJS.ProcessEnv; binary: string }

/**
 * Throws a usage error for an output of the command line that this k6 does not have, or cannot make, before anything
 * is saved.
 */
export async function checkOutputs({ plan, root, env, binary }: OutputCheck): Promise<void> {
  const { k6Flags = [] } = plan
  const outs = k6Flags.filter((_, index) => k6Flags[index - 1] === "--out")
  if (outs.length === 0) return
  for (const out of outs) checkJsonFile(out, root)
  const asked = [...outs, NO_OUTPUT].flatMap((out) => ["--out", out])
  const { stderr } = await execa(binary, ["run", "--log-format", "json", ...asked, "-"], {
    cwd: root,
    env: inheritedByK6(env),
    extendEnv: false,
    reject: false,
    timeout: TIMEOUT_MS,
    input: "export default function () {}",
  })
  const [, failed, reason] =
    /"msg":"could not create the '([^']+)' output: ((?:[^"\\]|\\.)*)"/.exec(stderr) ?? []
  if (failed !== undefined)
    throw usageError(`k6 cannot make the output ${failed}: ${String(JSON.parse(`"${reason}"`))}.`)
  const [, list] = /available types are: ([\w, -]+)/.exec(stderr) ?? []
  // A k6 that words it differently says what is wrong when the load starts.
  if (list === undefined) return
  const known = list.split(", ")
  const wrong = outs.map((out) => out.split("=", 1)[0] ?? out).find((kind) => !known.includes(kind))
  if (wrong === undefined) return
  throw usageError(`k6 has no output ${wrong}${didYouMean(wrong, known)}.`, `It has ${list}.`)
}

/** k6 opens this file only when the load begins. */
function checkJsonFile(out: string, root: string): void {
  const [, name] = /^json=(?!-$)(.+)$/.exec(out) ?? []
  if (name === undefined) return
  const file = resolve(root, name)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory()) throw usageError(`k6 cannot make the output json: ${file} is a directory.`)
  try {
    accessSync(found ? file : dirname(file), constants.W_OK)
  } catch (error) {
    if (!isSystemRefusal(error)) throw error
    throw usageError(`k6 cannot make the output json: ${error.message}.`)
  }
}
