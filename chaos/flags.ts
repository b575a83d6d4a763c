import { UsageError } from "@saleproof/command/command.ts"
import type { ValuesOf } from "@saleproof/command/command.ts"

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
      /** Orders of the history beside which a soak runs. */
      historyOrders: number
      seed: string
      json: string | undefined
    }
  | { ask: "list" | "figures" }

export const OPTIONS = {
  quick: { type: "boolean" },
  soak: { type: "boolean" },
  minutes: { type: "string" },
  history: { type: "string" },
  fault: { type: "string", multiple: true },
  seed: { type: "string" },
  json: { type: "string" },
  figures: { type: "boolean" },
  list: { type: "boolean" },
} as const

export const USAGE = `Usage: npm run chaos -- [options]

Starts a private shop, puts it under load, injects one fault after the other and checks the result.

  --quick         fewer rounds of each fault: five minutes instead of a quarter of an hour
  --soak          kill -9 of a random process, or FLUSHALL, every five seconds for ten minutes
  --minutes N     how long the soak lasts; 10 by default
  --history N     of a soak, how many orders there are before it; then nothing may grow but what is meant to.
                  A million take 2 GB of disk and a few minutes more
  --fault NAME    only that fault; may be repeated
  --seed TEXT     repeats the choices of an earlier run
  --json FILE     where the report goes, with a table FILE.md beside it; by default under .loadctl/chaos
  --figures       puts the figures of docs/results into docs/reliability.md; a run that is kept there does so too
  --list          the names of the faults

Examples:
  npm run chaos -- --quick
  npm run chaos -- --fault kill-api --fault disk-full --seed 7
  npm run chaos -- --soak --minutes 60
  npm run chaos -- --soak --history 1000000

Exit codes: 0 passed, 1 a bug of this program, 2 bad options, 3 a program is missing, 4 a promise was broken, 130 interrupted.
`

type Values = ValuesOf<typeof OPTIONS>

/** What the command line asks for; `catalogue` are the faults there are. Throws a UsageError. */
export function readFlags(values: Values, catalogue: readonly Fault[] = FAULTS): Flags {
  const ask = (["list", "figures"] as const).find((name) => values[name])
  if (ask) return { ask }
  return {
    ask: "run",
    faults: chosen(values, catalogue),
    pace: values.soak ? "soak" : values.quick ? "quick" : "full",
    soakMs: soakOf(values),
    historyOrders: historyOf(values),
    seed: values.seed ?? String(Math.floor(Math.random() * 1_000_000)),
    json: values.json,
  }
}

function soakOf({ minutes, soak }: Values): number {
  if (minutes === undefined) return PACES.soak.mostMs
  if (!soak) throw new UsageError("--minutes says how long a --soak lasts.")
  const ms = Number(minutes) * MINUTE_MS
  if (ms > 0 && ms <= MOST_MINUTES * MINUTE_MS) return ms
  throw new UsageError(`--minutes needs a number above 0, up to ${MOST_MINUTES}.`)
}

function historyOf({ history, soak }: Values): number {
  if (history === undefined) return 0
  if (!soak) throw new UsageError("--history says beside how many orders a --soak runs.")
  if (!/^[1-9]\d{0,8}$/.test(history)) throw new UsageError("--history needs a whole number from 1.")
  return Number(history)
}

function chosen({ fault, soak }: Values, catalogue: readonly Fault[]): readonly Fault[] {
  const names = fault ?? (soak ? [killAnything.name] : catalogue.map(({ name }) => name))
  const unknown = names.filter((wanted) => !catalogue.some(({ name }) => name === wanted))
  if (unknown.length > 0) throw new UsageError(`There is no fault ${unknown.join(", ")}; see --list.`)
  return catalogue.filter(({ name }) => names.includes(name))
}
