import { setTimeout as sleep } from "node:timers/promises"

import type { Injection } from "../checks/downtime.ts"
import type { Violation } from "../checks/violation.ts"
import type { Prober } from "../client/prober.ts"
import type { Experiment } from "../faults/fault.ts"
import type { Random } from "../random.ts"
import type { Clients } from "./clients.ts"
import type { Pace } from "./pace.ts"
import { eventually } from "./recovery.ts"

const SERVED_WITHIN_MS = 20_000
const SEEN_WITHIN_MS = 30_000

/** What was done to the shop, and what was seen on the way. */
export type RunLog = {
  injections: Injection[]
  violations: Violation[]
  notes: { [name: string]: number | string }
}

type ExperimentOptions = {
  clients: Clients
  prober: Prober
  pace: Pace
  random: Random
  signal: AbortSignal
  log: RunLog
}

/** The shop as a fault finds it. */
export function createExperiment({
  clients,
  prober,
  pace,
  random,
  signal,
  log,
}: ExperimentOptions): Experiment {
  const wait = (ms: number) => sleep(ms, undefined, { signal })

  async function inject(apply: () => Promise<number>): Promise<void> {
    const injection = { at: Date.now(), backAt: Number.POSITIVE_INFINITY }
    log.injections.push(injection)
    injection.backAt = await apply()
  }

  async function rounds(wanted: number, round: (index: number) => Promise<void>): Promise<void> {
    const endsAt = Date.now() + pace.mostMs
    for (let index = 0; index < Math.min(wanted, pace.mostRounds) && Date.now() < endsAt; index++) {
      const nextAt = Date.now() + pace.steadyMs
      await round(index)
      await untilServed()
      await wait(Math.max(0, nextAt - Date.now()))
    }
  }

  /** A service that does not come back by then is reported as a violation. */
  async function untilServed(): Promise<void> {
    const since = Date.now()
    const served = () => Promise.resolve(prober.servedSince(since))
    await eventually(served, { withinMs: SERVED_WITHIN_MS, signal })
  }

  return {
    ...clients,
    untilServed,
    pace,
    random: random.branch("fault"),
    signal,
    wait,
    inject,
    rounds,
    hold: (wantedMs) => wait(Math.min(wantedMs, pace.mostHoldMs)),
    async untilRouted({ name, unit }) {
      const seen = () => Promise.resolve(clients.balancer.sends(unit.port))
      if (!(await eventually(seen, { withinMs: SEEN_WITHIN_MS, signal })))
        throw new Error(`${name} did not become ready`)
    },
    reportViolation: (detail) => void log.violations.push({ check: "fault", detail }),
    note: (figures) => void Object.assign(log.notes, figures),
  }
}
