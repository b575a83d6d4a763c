import { createHash } from "node:crypto"

import type { RunPlan } from "../plan/plan.ts"
import { redactEnv } from "./redact.ts"

/** The plan as it is saved: no secret of a setting by its name, no value that was given by `-e`. */
export function redactPlan(plan: RunPlan): RunPlan {
  return { ...plan, apiEnv: redactEnv(plan.apiEnv), k6Env: redactScriptEnv(plan) }
}

/** The script's variables as they are saved. */
export function redactScriptEnv({
  k6Env,
  given = [],
}: Pick<RunPlan, "k6Env" | "given">): Record<string, string> {
  const shown = Object.entries(k6Env).map(
    ([name, value]) => [name, given.includes(name) ? hidden(value) : value] as const,
  )
  return redactEnv(Object.fromEntries(shown))
}

/** Two bytes of a hash: enough to see that two runs were given different values, too little to guess one. */
function hidden(value: string): string {
  return `(hidden, #${createHash("sha256").update(value).digest("hex").slice(0, 4)})`
}
