import { checkAway, measureAway } from "../checks/away.ts"
import type { Away } from "../checks/away.ts"
import type { Unacknowledged } from "../checks/unacknowledged.ts"
import type { Violation } from "../checks/violation.ts"
import { startLoad } from "../client/load.ts"
import { createProber } from "../client/prober.ts"
import type { Prober, Sample } from "../client/prober.ts"
import { visit } from "../client/shopper.ts"
import type { Shopper } from "../client/shopper.ts"
import type { Fault, Site } from "../faults/fault.ts"
import type { Random } from "../random.ts"
import type { Death } from "../rig/program.ts"
import type { Rig } from "../rig/rig.ts"
import { PAIRS } from "../rig/wiring.ts"
import { BATCHES } from "./batches.ts"
import { openBench } from "./bench.ts"
import type { Bench, KeyOf } from "./bench.ts"
import type { Pace } from "./pace.ts"
import { countDeadlocks, untilGranted, untilQuiet, untilReady } from "./recovery.ts"
import { createSite } from "./site.ts"
import type { Account } from "./site.ts"
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
  notes: Account["notes"]
}

/** Puts a shop under load, lets the fault strike, waits for recovery and judges what is left. */
export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { fault, rig, pace, random, signal } = options
  const deathsBefore = rig.deaths.length
  const bench = await openBench(options)
  const account: Account = { injuries: [], violations: [], notes: {} }
  const [proberShopper, ...shoppers] = bench.shoppers.toReversed()
  if (!proberShopper) throw new Error("the prober needs a user of its own")
  const prober = createProber({ shopper: proberShopper, sender: bench.sender })
  const site = createSite({ bench, prober, pace, random, signal, account })
  try {
    const deadlocksBefore = await countDeadlocks(bench)
    if (fault.quiet) await strike(fault, site)
    else await underLoad(fault, { site, prober, shoppers })
    const isBack = await untilReady({ http: bench.http, signal })
    if (isBack) await bench.sender.resolve(pace.users)
    const grantedAfterMs = await untilGranted({ ...bench, signal, withinMs: pace.couponsWithinMs })
    const leaks = await leaksOf(site, deadlocksBefore)
    const { violations, unacknowledged } = await judge({
      ...bench,
      random: random.branch("replays"),
      injuredAt: account.injuries.map(({ at }) => at),
      batches: BATCHES,
    })
    const aways = awaysOf(prober.samples, account)
    account.violations.push(
      ...violations,
      ...leaks,
      ...(isBack ? [] : [{ check: "served" as const, detail: "the shop did not become ready again" }]),
      ...rig.deaths.slice(deathsBefore).flatMap((death) => uninvited(death, fault)),
      ...aways.flatMap((away) => checkAway(away, fault)),
      ...((await fault.check?.(site)) ?? []),
    )
    return { ...account, aways, unacknowledged, grantedAfterMs, ...countEntries(bench) }
  } finally {
    await bench.close()
  }
}

type Bustle = { site: Site; prober: Prober; shoppers: readonly Shopper[] }

/** The fault strikes while everybody shops. */
async function underLoad(fault: Fault, { site, prober, shoppers }: Bustle): Promise<void> {
  const load = startLoad({ shoppers, visit: fault.visit ?? visit, thinkMs: site.pace.thinkMs })
  prober.start()
  try {
    await site.wait(site.pace.warmUpMs)
    await strike(fault, site)
    await site.untilServed()
    await site.wait(site.pace.calmMs)
  } finally {
    await Promise.all([load.stop(), prober.stop()])
  }
}

async function strike(fault: Fault, site: Site): Promise<void> {
  try {
    await fault.inject(site)
  } finally {
    await Promise.all(PAIRS.map((pair) => site.rig.proxies[pair].heal()))
  }
}

/** What is left lying about in PostgreSQL. */
async function leaksOf({ database, signal }: Site, deadlocksBefore: number): Promise<Violation[]> {
  const open = await untilQuiet({ database, signal })
  const deadlocks = (await countDeadlocks({ database })) - deadlocksBefore
  return [
    ...(open > 0 ? [{ check: "leaks" as const, detail: `${open} transactions stayed open` }] : []),
    ...(deadlocks > 0 ? [{ check: "deadlocks" as const, detail: `there were ${deadlocks}` }] : []),
  ]
}

function awaysOf(samples: readonly Sample[], { injuries }: Account): Away[] {
  const end = samples.at(-1)?.endedAt
  if (end === undefined) return []
  return injuries.map((injury, index) => measureAway(samples, injury, injuries[index + 1]?.at ?? end))
}

function uninvited({ name, reason }: Death, { mayDie = [] }: Fault): Violation[] {
  return mayDie.includes(name) ? [] : [{ check: "alive", detail: `${name} ended: ${reason}` }]
}

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
