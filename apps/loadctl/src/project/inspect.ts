import { execa } from "execa"
import { z } from "zod"

import { usageError } from "../errors.ts"
import { inheritedByK6 } from "../k6/environment.ts"
import { readError } from "../k6/error-line.ts"

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

/** Why it cannot be read; thrown by the script itself, it may be for want of what only a run knows. */
export type UnreadScript = { refused: string; thrown: boolean }

type Inspection = {
  binary: string
  script: string
  cwd: string
  /** Variables of the script, over those of the shell. */
  variables: Record<string, string>
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

const TIMEOUT_MS = 30_000

/**
 * Asks `k6 inspect`, which runs the script's outermost code and no load; as before a run, k6 looks at names and functions
 * of its scenarios too. A script without scenarios has the one that k6 makes of it, `default`.
 */
export async function inspectScript(inspection: Inspection): Promise<InspectedScript | UnreadScript> {
  const { binary, script, cwd, variables, env, signal } = inspection
  const flags = ["--execution-requirements", "--include-system-env-vars", "--log-format", "json"]
  const { exitCode, stdout, stderr } = await execa(binary, ["inspect", ...flags, script], {
    cwd,
    env: { ...inheritedByK6(env), ...variables },
    extendEnv: false,
    reject: false,
    timeout: TIMEOUT_MS,
    cancelSignal: signal,
  })
  signal.throwIfAborted()
  if (exitCode !== 0) return unread(stderr)
  const { scenarios } = Options.parse(JSON.parse(stdout))
  const named = Object.entries(scenarios ?? {}).map(([name, { exec, env: own, tags }]) => ({
    name,
    exec: exec ?? "default",
    env: own ?? {},
    tags: tags ?? {},
  }))
  return { scenarios: named.length > 0 ? named : [{ name: "default", exec: "default", env: {}, tags: {} }] }
}

/** The same where nothing can be done without. Throws a usage error with k6's own words. */
export async function requireInspected(inspection: Inspection): Promise<InspectedScript> {
  const inspected = await inspectScript(inspection)
  if ("scenarios" in inspected) return inspected
  throw usageError(unreadText(inspection.script, inspected), inspected.thrown ? VARIABLES_HINT : undefined)
}

const VARIABLES_HINT = "What it needs of __ENV can be given by -e KEY=VALUE, or stand before the command."

export function unreadText(script: string, { refused }: UnreadScript): string {
  return `k6 cannot read ${script}:\n${refused}`
}

function unread(stderr: string): UnreadScript {
  const errors = stderr.split("\n").flatMap(readError)
  const said = errors.length > 0 ? errors.map(({ msg }) => msg).join("\n") : stderr
  return { refused: firstLines(said), thrown: errors.some(({ source }) => source === "stacktrace") }
}

/** k6 appends the stack of its own runtime, which says nothing of the script. */
function firstLines(text: string): string {
  return text
    .trim()
    .split("\n")
    .filter((line) => !/^\s+at (go\.k6\.io|native)/.test(line))
    .slice(0, 5)
    .map((line) => `  ${line.trim()}`)
    .join("\n")
}
