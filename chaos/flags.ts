import { parseArgs } from "node:util"

import { FAULTS } from "./faults/catalogue.ts"
import type { Fault } from "./faults/fault.ts"
import type { PaceName } from "./trial/pace.ts"

export type Flags =
  | { ask: "run"; faults: readonly Fault[]; pace: PaceName; seed: string; json: string | undefined }
  | { ask: "help" | "list" }
  | { ask: "nonsense"; problem: string }

const OPTIONS = {
  quick: { type: "boolean" },
  soak: { type: "boolean" },
  fault: { type: "string", multiple: true },
  seed: { type: "string" },
  json: { type: "string" },
  list: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const

export const USAGE = `Usage: npm run chaos -- [options]

Starts a private shop, puts it under load, inflicts one fault after the other and checks what is left.

  --quick         fewer rounds of each fault: some minutes instead of half an hour
  --soak          ten minutes, kill -9 of a random process every five seconds
  --fault NAME    only that fault; may be repeated
  --seed TEXT     repeats the choices of an earlier run
  --json FILE     where the report goes; by default under .loadctl/chaos
  --list          the names of the faults

Exit codes: 0 passed, 1 a bug of this program, 2 bad options, 4 a promise was broken, 130 interrupted.
`

/** What the command line asks for. */
export function readFlags(argv: readonly string[]): Flags {
  const values = parse(argv)
  if (typeof values === "string") return { ask: "nonsense", problem: values }
  if (values.help) return { ask: "help" }
  if (values.list) return { ask: "list" }
  const names = values.fault ?? (values.soak ? ["kill-anything"] : FAULTS.map(({ name }) => name))
  const unknown = names.filter((wanted) => !FAULTS.some(({ name }) => name === wanted))
  if (unknown.length > 0)
    return { ask: "nonsense", problem: `There is no fault ${unknown.join(", ")}; see --list.` }
  return {
    ask: "run",
    faults: FAULTS.filter(({ name }) => names.includes(name)),
    pace: values.soak ? "soak" : values.quick ? "quick" : "full",
    seed: values.seed ?? String(Math.floor(Math.random() * 1_000_000)),
    json: values.json,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
