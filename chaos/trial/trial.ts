import { setTimeout as sleep } from "node:timers/promises"

import { checkAway, measureAway } from "../checks/away.ts"
import type { Away, Injury } from "../checks/away.ts"
import type { Unacknowledged } from "../checks/unacknowledged.ts"
import type { Violation } from "../checks/violation.ts"
import { startLoad } from "../client/load.ts"
import { startProber } from "../client/prober.ts"
import type { Sample } from "../client/prober.ts"
import { visit } from "../client/shopper.ts"
import type { Fault, Site } from "../faults/fault.ts"
import type { Random } from "../random.ts"
import type { Rig } from "../rig/rig.ts"
import { PAIRS } from "../rig/wiring.ts"
import { BATCHES } from "./batches.ts"
import { openBench } from "./bench.ts"
import type { Bench, KeyOf } from "./bench.ts"
import type { Pace } from "./pace.ts"
import { untilGranted, untilQuiet, untilReady } from "./recovery.ts"
import { judge } from "./verdict.ts"

export type TrialOptions = {
  fault: Fault
  rig: Rig
  pace: Pace
  random: Random
  signal: AbortSignal
  /** Only a planted fault sends another key than the effect's. */
  keyOf?: KeyOf
}

export type Trial = {
  violations: Violation[]
  aways: Away[]
  unacknowledged: Unacknowledged[]
  /** Until every acknowledged claim was a coupon. */
  grantedAfterMs: number
  sent: number
  acknowledged: number
  refused: number
  /** Attempts that were answered 503, or not at all. */
  openAttempts: number
  resolvedByKey: number
  notes: Record<string, number | string>
}

/** Puts a shop under load, lets the fault strike, waits for recovery and judges what is left. */
export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { fault, rig, pace, random, signal } = options
  const bench = await openBench(options)
  const deathsBefore = deathsOf(rig).length
  const injuries: Injury[] = []
  const notes: Trial["notes"] = {}
  const site = createSite({ bench, pace, random, signal, injuries, notes })
  try {
    const samples = await underLoad(fault, site)
    await bench.sender.resolve(pace.users)
    const grantedAfterMs = await untilGranted({ ...bench, signal })
    const open = await untilQuiet({ ...bench, signal })
    const { violations, unacknowledged } = await judge({
      ...bench,
      random: random.branch("replays"),
      userIds: bench.shop.userIds,
      injuredAt: injuries.map(({ at }) => at),
      batches: BATCHES,
    })
    const aways = injuries.map((injury, index) =>
      measureAway(samples, injury, injuries[index + 1]?.at ?? samples.at(-1)?.endedAt ?? injury.backAt),
    )
    const died = deathsOf(rig)
      .slice(deathsBefore)
      .filter(({ name }) => !fault.mayDie?.includes(name))
    violations.push(
      ...(open === 0 ? [] : [{ check: "leaks" as const, detail: `${open} transactions stayed open` }]),
      ...died.map(({ name, reason }) => ({ check: "alive" as const, detail: `${name} ended: ${reason}` })),
      ...(samples.length === 0
        ? []
        : aways.flatMap((away) => checkAway(away, { promptLimitMs: fault.promptLimitMs }))),
      ...((await fault.check?.(site)) ?? []),
    )
    return { violations, aways, unacknowledged, grantedAfterMs, notes, ...countEntries(bench) }
  } finally {
    await bench.close()
  }
}

/** The fault strikes while everybody shops; answers what the prober saw. */
async function underLoad(fault: Fault, site: Site & { bench: Bench }): Promise<readonly Sample[]> {
  const { bench, pace, signal, rig } = site
  const [prober, ...shoppers] = bench.shoppers.toReversed()
  const idle = fault.visit === "none"
  const load = startLoad({
    shoppers: idle ? [] : shoppers,
    visit: typeof fault.visit === "function" ? fault.visit : visit,
    thinkMs: pace.thinkMs,
  })
  const probing =
    prober && fault.probe !== false ? startProber({ shopper: prober, sender: bench.sender }) : undefined
  try {
    if (!idle) await site.wait(pace.warmUpMs)
    await fault.inject(site)
    if (!(await untilReady({ http: bench.http, signal })))
      throw new Error("the shop did not become ready again")
    if (!idle) await site.wait(pace.calmMs)
  } finally {
    await Promise.all(PAIRS.map((pair) => rig.proxies[pair].heal()))
    await Promise.all([load.stop(), probing?.stop()])
  }
  return probing?.samples ?? []
}

type SiteOptions = {
  bench: Bench
  pace: Pace
  random: Random
  signal: AbortSignal
  injuries: Injury[]
  notes: Trial["notes"]
}

function createSite({ bench, pace, random, signal, injuries, notes }: SiteOptions): Site & { bench: Bench } {
  const wait = (ms: number) => sleep(ms, undefined, { signal })
  return {
    ...bench,
    bench,
    pace,
    random: random.branch("fault"),
    signal,
    wait,
    async injure(harm) {
      const injury = { at: Date.now(), backAt: Number.POSITIVE_INFINITY }
      injuries.push(injury)
      injury.backAt = await harm()
    },
    async rounds(wanted, round) {
      const rounds = Math.min(wanted, pace.mostRounds)
      for (let index = 0; index < rounds; index++) {
        if (index > 0) await wait(pace.calmMs)
        await round(index)
      }
    },
    hold: (wantedMs) => wait(Math.min(wantedMs, pace.mostHoldMs)),
    note: (figures) => void Object.assign(notes, figures),
  }
}

const deathsOf = (rig: Rig) =>
  [rig.database, rig.redis, rig.worker(), ...rig.apis()].flatMap(({ deaths }) => deaths)

function countEntries({ journal }: Bench) {
  const entries = [...journal.entries()]
  return {
    sent: entries.reduce((sum, { attempts }) => sum + attempts, 0),
    acknowledged: entries.filter(({ outcome }) => outcome === "acknowledged").length,
    refused: entries.filter(({ outcome }) => outcome === "refused").length,
    openAttempts: entries.reduce((sum, { open }) => sum + open.length, 0),
    resolvedByKey: entries.filter(({ resolvedByKey }) => resolvedByKey).length,
  }
}
