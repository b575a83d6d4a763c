import { checkDowntime, measureDowntime } from "../checks/downtime.ts"
import type { Downtime } from "../checks/downtime.ts"
import { checkGrowth } from "../checks/growth.ts"
import type { Growth } from "../checks/growth.ts"
import type { Unacknowledged } from "../checks/unacknowledged.ts"
import type { Violation } from "../checks/violation.ts"
import { startLoad } from "../client/load.ts"
import { createProber } from "../client/prober.ts"
import type { Prober, Sample } from "../client/prober.ts"
import { visit } from "../client/shopper.ts"
import type { Shopper } from "../client/shopper.ts"
import type { Experiment, Fault, Observer } from "../faults/fault.ts"
import type { Random } from "../random.ts"
import type { UnexpectedExit } from "../environment/program.ts"
import type { Environment } from "../environment/environment.ts"
import { PAIRS } from "../environment/topology.ts"
import { BATCHES } from "./batches.ts"
import { openClients } from "./clients.ts"
import type { Clients, KeyOf } from "./clients.ts"
import type { Pace } from "./pace.ts"
import { addHistory } from "./history.ts"
import { countDeadlocks, untilGranted, untilQuiet, untilReady } from "./recovery.ts"
import { createExperiment } from "./experiment.ts"
import type { RunLog } from "./experiment.ts"
import { judge } from "./verdict.ts"

export type RunOptions = {
  fault: Fault
  environment: Environment
  pace: Pace
  random: Random
  signal: AbortSignal
  /** Orders of a history that is there before; then what grows is measured. */
  historyOrders?: number | undefined
  onProgress?: (text: string) => void
  /** Only a test of a retry without its key sends another key than the effect's. */
  keyOf?: KeyOf
}

export type ExperimentResult = {
  violations: Violation[]
  downtimes: Downtime[]
  unacknowledged: Unacknowledged[]
  /** Until every acknowledged claim was a coupon. */
  grantedAfterMs: number
  sent: number
  acknowledged: number
  refused: number
  /** Attempts that were answered 503, or not at all. */
  openAttempts: number
  resolvedByKey: number
  notes: RunLog["notes"]
  /** Of every table beside a history, of none without. */
  growth: Growth[]
}

/** Puts a shop under load, injects the fault, waits for recovery and judges what is left. */
export async function runExperiment(options: RunOptions): Promise<ExperimentResult> {
  const { fault, environment, pace, random, signal } = options
  const exitsBefore = environment.unexpectedExits.length
  const clients = await openClients(options)
  const log: RunLog = { injections: [], violations: [], notes: {} }
  const [proberShopper, ...shoppers] = clients.shoppers.toReversed()
  if (!proberShopper) throw new Error("the prober needs a user of its own")
  const prober = createProber({ shopper: proberShopper, sender: clients.sender })
  const experiment = createExperiment({ clients, prober, pace, random, signal, log })
  let observer: Observer | undefined
  try {
    const { history, shop, measureGrowth } = await addHistory({ ...clients, ...options })
    observer = await observe(fault, experiment)
    const deadlocksBefore = await countDeadlocks(clients)
    if (fault.quiet) await injectFault(fault, experiment)
    else await underLoad(fault, { experiment, prober, shoppers })
    const isBack = await untilReady({ http: clients.http, signal })
    if (isBack) await clients.sender.resolve(pace.users)
    const withinMs = pace.couponsWithinMs
    const grantedAfterMs = await untilGranted({ ...clients, history, signal, withinMs })
    const leaks = await leaksOf(experiment, deadlocksBefore)
    const { violations, unacknowledged } = await judge({
      ...clients,
      shop,
      history,
      random: random.branch("replays"),
      injectedAt: log.injections.map(({ at }) => at),
      batches: BATCHES,
    })
    const growth = await measureGrowth()
    const downtimes = downtimesOf(prober.samples, log)
    log.violations.push(
      ...violations,
      ...leaks,
      ...checkGrowth(growth),
      ...(isBack ? [] : [{ check: "served" as const, detail: "the shop did not become ready again" }]),
      ...environment.unexpectedExits.slice(exitsBefore).flatMap((exit) => unexpectedExits(exit, fault)),
      ...downtimes.flatMap((downtime) => checkDowntime(downtime, fault)),
      ...(await observer.check()),
    )
    return { ...log, downtimes, unacknowledged, grantedAfterMs, growth, ...countEntries(clients) }
  } finally {
    await observer?.stop()
    await clients.close()
  }
}

/** What the fault itself checks, and what it starts for that. */
async function observe(fault: Fault, experiment: Experiment): Promise<Observer> {
  const own = await fault.observe?.(experiment)
  return {
    check: async () => [...((await fault.check?.(experiment)) ?? []), ...((await own?.check()) ?? [])],
    stop: async () => own?.stop(),
  }
}

type LoadOptions = { experiment: Experiment; prober: Prober; shoppers: readonly Shopper[] }

/** Injects the fault while all shoppers send requests. */
async function underLoad(fault: Fault, { experiment, prober, shoppers }: LoadOptions): Promise<void> {
  const load = startLoad({ shoppers, visit: fault.visit ?? visit, thinkMs: experiment.pace.thinkMs })
  prober.start()
  try {
    await experiment.wait(experiment.pace.warmUpMs)
    await injectFault(fault, experiment)
    await experiment.untilServed()
    await experiment.wait(experiment.pace.steadyMs)
  } finally {
    await Promise.all([load.stop(), prober.stop()])
  }
}

async function injectFault(fault: Fault, experiment: Experiment): Promise<void> {
  try {
    await fault.run(experiment)
  } finally {
    await Promise.all(PAIRS.map((pair) => experiment.environment.proxies[pair].restore()))
  }
}

/** Transactions left open and deadlocks in PostgreSQL. */
async function leaksOf({ database, signal }: Experiment, deadlocksBefore: number): Promise<Violation[]> {
  const open = await untilQuiet({ database, signal })
  const deadlocks = (await countDeadlocks({ database })) - deadlocksBefore
  return [
    ...(open > 0 ? [{ check: "leaks" as const, detail: `${open} transactions stayed open` }] : []),
    ...(deadlocks > 0 ? [{ check: "deadlocks" as const, detail: `there were ${deadlocks}` }] : []),
  ]
}

function downtimesOf(samples: readonly Sample[], { injections }: RunLog): Downtime[] {
  const end = samples.at(-1)?.endedAt
  if (end === undefined) return []
  return injections.map((injection, index) =>
    measureDowntime(samples, injection, injections[index + 1]?.at ?? end),
  )
}

function unexpectedExits({ name, reason }: UnexpectedExit, { mayExit = [] }: Fault): Violation[] {
  return mayExit.includes(name) ? [] : [{ check: "alive", detail: `${name} ended: ${reason}` }]
}

function countEntries({ journal }: Clients) {
  const entries = [...journal.entries()]
  return {
    sent: entries.reduce((sum, { attempts }) => sum + attempts, 0),
    acknowledged: entries.filter(({ outcome }) => outcome === "acknowledged").length,
    refused: entries.filter(({ outcome }) => outcome === "refused").length,
    openAttempts: entries.reduce((sum, { open }) => sum + open.length, 0),
    resolvedByKey: entries.filter(({ resolvedByKey }) => resolvedByKey).length,
  }
}
