import assert from "node:assert/strict"

import { decimalText } from "../sla/text.ts"
import { sum } from "../stats/spread.ts"
import type { Health, Values } from "./model.ts"

/** A resource that can be used up: when that is so (undefined where the signals are missing), and what shows it. */
export type Saturation = {
  what: string
  reached: (values: Values, cores: number) => boolean | undefined
  /** For the means over the seconds in which it was reached. */
  evidence: (values: Values, health: Health) => string
}

// What is left of a core goes to the kernel and to a runtime's helpers.
const FULL = 0.9
const GENERATOR_FULL = 0.8
const COLLECTING = 0.2
const MACHINE_FULL = 0.95
const OTHERS_SHARE = 0.4
const LOOP_LATE_MS = 100
const FEW_SESSIONS = 2
const FEW_WAITING = 2
const LONG_WAIT_MS = 50
const MANY_REQUESTS = 20

/** Answers by the signals that are all there; undefined when one of them is not. */
function given<Name extends string>(
  values: Values,
  names: readonly Name[],
  answer: (known: Record<Name, number>) => boolean,
): boolean | undefined {
  if (names.some((name) => values[name] === undefined)) return undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every name was looked at in the line above
  return answer(values as Record<Name, number>)
}

const text = (value: number | undefined, digits = 0): string =>
  value === undefined ? "unknown" : decimalText(value, digits)

/** Cores that the API may use: as it says, or the one of an event loop; undefined where it is unknown. */
export function usableCores(values: Values): number | undefined {
  return values["api.cores"] ?? (values["api.loopDelay"] === undefined ? undefined : 1)
}

/** Cores that are used by none of the processes that are known; undefined unless k6 and the API are among them. */
function otherCores(values: Values, cores: number): number | undefined {
  const { "machine.busy": busy, "k6.cpu": k6, "api.cpu": api } = values
  if (busy === undefined || k6 === undefined || api === undefined) return undefined
  return Math.max(0, busy * cores - sum(knownUsers(values).map(([, used]) => used)))
}

/**
 * From cause to effect: who waits for a lock also fills the pool, and a full pool also keeps requests in flight. Of several
 * that are reached at the same times, the first is named.
 */
const BUILT_IN: readonly Saturation[] = [
  {
    what: "the load generator",
    reached: (values, all) => given(values, ["k6.cpu"], (known) => known["k6.cpu"] > GENERATOR_FULL * all),
    evidence: (values, { cores }) => `k6 used ${text(values["k6.cpu"], 1)} of ${cores} cores`,
  },
  {
    what: "other processes on this machine",
    reached: (values, all) => {
      const others = otherCores(values, all)
      const busy = values["machine.busy"]
      if (others === undefined || busy === undefined) return undefined
      return busy >= MACHINE_FULL && others >= OTHERS_SHARE * all
    },
    evidence: (values, { cores }) =>
      `processes other than ${listOf(knownUsers(values).map(([who]) => who))} used ${text(otherCores(values, cores), 1)} of ${cores} cores`,
  },
  {
    what: "locks in the database",
    reached: (values) => waiting(values, "database.locks"),
    evidence: (values, health) =>
      `${text(values["database.locks"])} of ${text(values["database.active"])} active sessions waited for a lock${mostWaited(health, "Lock")}`,
  },
  {
    what: "the database's disk",
    reached: (values) => waiting(values, "database.io"),
    evidence: (values, health) =>
      `${text(values["database.io"])} of ${text(values["database.active"])} active sessions waited for it${mostWaited(health, "IO")}`,
  },
  {
    what: "the database's CPU",
    reached: (values, all) => given(values, ["database.cpu"], (known) => known["database.cpu"] > 0.8 * all),
    evidence: (values, { cores }) => `PostgreSQL used ${text(values["database.cpu"], 1)} of ${cores} cores`,
  },
  {
    what: "garbage collection in the API",
    reached: (values) => given(values, ["api.gc"], (known) => known["api.gc"] >= COLLECTING),
    evidence: ({ "api.gc": share }) => {
      assert(share !== undefined, "it was known while it was reached")
      return `it collected garbage ${text(share * 100)} % of the time`
    },
  },
  {
    what: "the API's CPU",
    reached: (values) => {
      const cores = usableCores(values)
      return cores === undefined
        ? undefined
        : given(values, ["api.cpu"], (known) => known["api.cpu"] >= FULL * cores)
    },
    evidence: (values) =>
      `it used ${text(values["api.cpu"], 1)} of the ${text(usableCores(values))} ${usableCores(values) === 1 ? "core" : "cores"} that it may use` +
      (values["api.loopDelay"] === undefined
        ? ""
        : ` and its event loop was ${text(values["api.loopDelay"])} ms late`),
  },
  {
    what: "the API's connections to the database",
    reached: (values) =>
      given(
        values,
        ["api.poolWaiting", "api.poolAcquire"],
        (known) => known["api.poolWaiting"] >= FEW_WAITING && known["api.poolAcquire"] >= LONG_WAIT_MS,
      ),
    evidence: (values) =>
      `${text(values["api.poolWaiting"])} callers waited for one of them, ${text(values["api.poolAcquire"])} ms each` +
      (values["api.poolBusy"] === undefined ? "" : `, and ${text(values["api.poolBusy"])} were in use`),
  },
]

/** What is left when no part shows an end of its own: the whole machine, late event loops, requests that just wait. */
const GENERAL: readonly Saturation[] = [
  {
    what: "this machine's CPU",
    reached: (values) => given(values, ["machine.busy"], (known) => known["machine.busy"] >= MACHINE_FULL),
    evidence: (values, { cores }) => `all ${cores} cores were busy${usersText(values)}`,
  },
  {
    what: "the API's event loop",
    reached: (values) => given(values, ["api.loopDelay"], (known) => known["api.loopDelay"] >= LOOP_LATE_MS),
    evidence: (values) =>
      `it was ${text(values["api.loopDelay"])} ms late while the API used ${text(values["api.cpu"], 1)} cores`,
  },
  {
    what: "waiting outside the API's CPU and the database",
    reached: (values) =>
      given(values, ["api.inFlight", "api.cpu", "database.active"], (known) => {
        const idle = known["api.cpu"] < (FULL / 2) * (usableCores(values) ?? 1)
        return (
          known["api.inFlight"] >= MANY_REQUESTS &&
          known["database.active"] <= known["api.inFlight"] / 10 &&
          idle
        )
      }),
    evidence: (values) =>
      `${text(values["api.inFlight"])} requests were in progress while the API used ${text(values["api.cpu"], 1)} cores and ` +
      `${text(values["database.active"], 1)} sessions of the database were active: a lock, a pool or a service that it calls; ` +
      "its metrics do not show which",
  },
]

/** Everything that can be reached, with what loadctl.yaml says of its own signals between the particular and the general. */
export function saturationsOf({ signals = {} }: Pick<Health, "signals">): Saturation[] {
  const configured = Object.entries(signals).flatMap(([name, { title, unit, cause }]): Saturation[] =>
    cause === null
      ? []
      : [
          {
            what: cause.what,
            reached: (values) => given(values, [name], (known) => known[name]! >= cause.from),
            evidence: (values) => `${title} ${text(values[name])} ${unit}`.trimEnd(),
          },
        ],
  )
  return [...BUILT_IN, ...configured, ...GENERAL]
}

/** Most of the active sessions wait for it, and more than one. */
function waiting(values: Values, name: "database.locks" | "database.io"): boolean | undefined {
  return given(
    values,
    [name, "database.active"],
    (known) => known[name] >= FEW_SESSIONS && known[name] >= known["database.active"] / 2,
  )
}

const USERS = {
  "k6.cpu": "k6",
  "api.cpu": "the API",
  "worker.cpu": "the worker",
  "database.cpu": "PostgreSQL",
} as const

/** The processes whose use of the CPU is known, in cores. */
function knownUsers(values: Values): [who: string, used: number][] {
  return Object.entries(USERS).flatMap(([signal, who]) => {
    const used = values[signal]
    return used === undefined ? [] : [[who, used]]
  })
}

function usersText(values: Values): string {
  return knownUsers(values)
    .map(([who, used]) => `, ${who} with ${used.toFixed(1)}`)
    .join("")
}

const listOf = (names: readonly string[]): string => new Intl.ListFormat("en").format(names)

/** ", most of them Lock: transactionid": the commonest wait of that type over the whole run. */
function mostWaited({ waits }: Health, type: string): string {
  const [most] = Object.entries(waits)
    .filter(([wait]) => wait.startsWith(`${type}:`))
    .toSorted(([, a], [, b]) => b - a)
  return most ? `, mostly for ${most[0]}` : ""
}
