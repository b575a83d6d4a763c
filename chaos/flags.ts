import { parseArgs } from "node:util"

import { FAULTS } from "./faults/catalogue.ts"
import type { Fault } from "./faults/fault.ts"
import { killAnything } from "./faults/kills.ts"
import { PACES } from "./experiment/pace.ts"
import type { PaceName } from "./experiment/pace.ts"

const MINUTE_MS = 60_000
const MOST_MINUTES = 24 * 60

export type Flags =
  | {
      ask: "run"
      faults: readonly Fault[]
      pace: PaceName
      soakMs: number
      seed: string
      json: string | undefined
    }
  | { ask: "help" | "list" | "figures" }
  | { ask: "nonsense"; problem: string }

const OPTIONS = {
  quick: { type: "boolean" },
  soak: { type: "boolean" },
  minutes: { type: "string" },
  fault: { type: "string", multiple: true },
  seed: { type: "string" },
  json: { type: "string" },
  figures: { type: "boolean" },
  list: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const

export const USAGE = `Usage: npm run chaos -- [options]

Starts a private shop, puts it under load, injects one fault after the other and checks the result.

  --quick         fewer rounds of each fault: five minutes instead of a quarter of an hour
  --soak          kill -9 of a random process, or FLUSHALL, every five seconds for ten minutes
  --minutes N     how long the soak lasts; 10 by default
  --fault NAME    only that fault; may be repeated
  --seed TEXT     repeats the choices of an earlier run
  --json FILE     where the report goes, with a table FILE.md beside it; by default under .loadctl/chaos
  --figures       puts the figures of docs/results into docs/reliability.md; a run that is kept there does so too
  --list          the names of the faults

Exit codes: 0 passed, 1 a bug of this program, 2 bad options, 4 a promise was broken, 130 interrupted.
`

/** What the command line asks for; `catalogue` are the faults there are. */
export function readFlags(argv: readonly string[], catalogue: readonly Fault[] = FAULTS): Flags {
  const values = parse(argv)
  if (typeof values === "string") return { ask: "nonsense", problem: values }
  const ask = (["help", "list", "figures"] as const).find((name) => values[name])
  if (ask) return { ask }
  const faults = chosen(values, catalogue)
  const soakMs = soakOf(values)
  if (typeof faults === "string") return { ask: "nonsense", problem: faults }
  if (typeof soakMs === "string") return { ask: "nonsense", problem: soakMs }
  return {
    ask: "run",
    faults,
    pace: values.soak ? "soak" : values.quick ? "quick" : "full",
    soakMs,
    seed: values.seed ?? String(Math.floor(Math.random() * 1_000_000)),
    json: values.json,
  }
}

/** How long the soak lasts, or what is wrong with that. */
function soakOf({ minutes, soak }: { minutes?: string; soak?: boolean }): number | string {
  if (minutes === undefined) return PACES.soak.mostMs
  if (!soak) return "--minutes says how long a --soak lasts."
  const ms = Number(minutes) * MINUTE_MS
  return ms > 0 && ms <= MOST_MINUTES * MINUTE_MS
    ? ms
    : `--minutes needs a number above 0, up to ${MOST_MINUTES}.`
}

type Choice = { fault?: string[]; soak?: boolean }

/** The faults that were named, or what is wrong with the names. */
function chosen({ fault, soak }: Choice, catalogue: readonly Fault[]): readonly Fault[] | string {
  const names = fault ?? (soak ? [killAnything.name] : catalogue.map(({ name }) => name))
  const unknown = names.filter((wanted) => !catalogue.some(({ name }) => name === wanted))
  if (unknown.length > 0) return `There is no fault ${unknown.join(", ")}; see --list.`
  return catalogue.filter(({ name }) => names.includes(name))
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
