import { setTimeout as sleep } from "node:timers/promises"

import type { Injury } from "../checks/away.ts"
import type { Violation } from "../checks/violation.ts"
import type { Prober } from "../client/prober.ts"
import type { Site } from "../faults/fault.ts"
import type { Random } from "../random.ts"
import type { Bench } from "./bench.ts"
import type { Pace } from "./pace.ts"
import { eventually } from "./recovery.ts"

const SERVED_WITHIN_MS = 20_000
const SEEN_WITHIN_MS = 30_000

/** What was done to the shop, and what was seen on the way. */
export type Account = {
  injuries: Injury[]
  violations: Violation[]
  notes: { [name: string]: number | string }
}

type SiteOptions = {
  bench: Bench
  prober: Prober
  pace: Pace
  random: Random
  signal: AbortSignal
  account: Account
}

/** The shop as a fault finds it. */
export function createSite({ bench, prober, pace, random, signal, account }: SiteOptions): Site {
  const wait = (ms: number) => sleep(ms, undefined, { signal })

  async function injure(harm: () => Promise<number>): Promise<void> {
    const injury = { at: Date.now(), backAt: Number.POSITIVE_INFINITY }
    account.injuries.push(injury)
    injury.backAt = await harm()
  }

  async function rounds(wanted: number, round: (index: number) => Promise<void>): Promise<void> {
    const endsAt = Date.now() + pace.mostMs
    for (let index = 0; index < Math.min(wanted, pace.mostRounds) && Date.now() < endsAt; index++) {
      const nextAt = Date.now() + pace.calmMs
      await round(index)
      await untilServed()
      await wait(Math.max(0, nextAt - Date.now()))
    }
  }

  /** A service that does not come back by then is one of the things that the report says. */
  async function untilServed(): Promise<void> {
    const since = Date.now()
    const served = () => Promise.resolve(prober.servedSince(since))
    await eventually(served, { withinMs: SERVED_WITHIN_MS, signal })
  }

  return {
    ...bench,
    untilServed,
    pace,
    random: random.branch("fault"),
    signal,
    wait,
    injure,
    rounds,
    hold: (wantedMs) => wait(Math.min(wantedMs, pace.mostHoldMs)),
    async untilSeen({ name, unit }) {
      const seen = () => Promise.resolve(bench.balancer.sends(unit.port))
      if (!(await eventually(seen, { withinMs: SEEN_WITHIN_MS, signal })))
        throw new Error(`${name} did not become ready`)
    },
    accuse: (detail) => void account.violations.push({ check: "fault", detail }),
    note: (figures) => void Object.assign(account.notes, figures),
  }
}
