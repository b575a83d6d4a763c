import { execa } from "execa"

import { usageError } from "../errors.ts"
import { inheritedByK6 } from "../k6/environment.ts"
import type { RunPlan } from "../plan/plan.ts"
import { didYouMean } from "../suggest.ts"

const TIMEOUT_MS = 30_000
// No output of any k6: asked for it, k6 names those that it has, and makes none.
const NO_OUTPUT = "no-output-of-k6"

type OutputCheck = { plan: Pick<RunPlan, "k6Flags">; env: NodeJS.ProcessEnv; binary: string }

/** Throws a usage error for an output of the command line that this k6 does not have, before anything is saved. */
export async function checkOutputs({ plan, env, binary }: OutputCheck): Promise<void> {
  const { k6Flags = [] } = plan
  const kinds = k6Flags.flatMap((flag, index) =>
    k6Flags[index - 1] === "--out" ? [flag.split("=", 1)[0] ?? flag] : [],
  )
  if (kinds.length === 0) return
  const { stderr } = await execa(binary, ["run", "--log-format", "json", "--out", NO_OUTPUT, "-"], {
    env: inheritedByK6(env),
    extendEnv: false,
    reject: false,
    timeout: TIMEOUT_MS,
    input: "export default function () {}",
  })
  const [, list] = /available types are: ([\w, -]+)/.exec(stderr) ?? []
  // A k6 that words it differently says what is wrong when the load starts.
  if (list === undefined) return
  const known = list.split(", ")
  const wrong = kinds.find((kind) => !known.includes(kind))
  if (wrong === undefined) return
  throw usageError(`k6 has no output ${wrong}${didYouMean(wrong, known)}.`, `It has ${list}.`)
}
