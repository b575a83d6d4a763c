import { execa } from "execa"
import { z } from "zod"

import { usageError } from "../errors.ts"

const Scenario = z.object({
  executor: z.string(),
  exec: z.string().nullish(),
  env: z.record(z.string(), z.string()).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
})

const Options = z.object({ scenarios: z.record(z.string(), Scenario).nullish() })

/** What k6 itself says of a script: its scenarios by name, each with the function that it calls. */
export type InspectedScript = {
  scenarios: { name: string; exec: string; env: Record<string, string>; tags: Record<string, string> }[]
}

type Inspection = { binary: string; script: string; cwd: string; env: Record<string, string> }

const TIMEOUT_MS = 30_000

/**
 * Asks `k6 inspect`, which runs the script's outermost code and no load. A script without scenarios has the one that
 * k6 makes of it, `default`. Throws a usage error with k6's own words when the script cannot be read.
 */
export async function inspectScript({ binary, script, cwd, env }: Inspection): Promise<InspectedScript> {
  const { exitCode, stdout, stderr } = await execa(binary, ["inspect", "--log-format", "raw", script], {
    cwd,
    env,
    reject: false,
    timeout: TIMEOUT_MS,
  })
  if (exitCode !== 0) throw usageError(`k6 cannot read ${script}:\n${firstLines(stderr)}`)
  const { scenarios } = Options.parse(JSON.parse(stdout))
  const named = Object.entries(scenarios ?? {}).map(([name, { exec, env, tags }]) => ({
    name,
    exec: exec ?? "default",
    env: env ?? {},
    tags: tags ?? {},
  }))
  return { scenarios: named.length > 0 ? named : [{ name: "default", exec: "default", env: {}, tags: {} }] }
}

/** k6 appends the stack of its own runtime, which says nothing of the script. */
function firstLines(stderr: string): string {
  return stderr
    .trim()
    .split("\n")
    .filter((line) => !/^\s+at (go\.k6\.io|native)/.test(line))
    .slice(0, 5)
    .map((line) => `  ${line}`)
    .join("\n")
}
