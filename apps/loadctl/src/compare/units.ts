import { sliceSamples } from "../stats/slices.ts"
import type { Slice } from "../stats/slices.ts"
import type { MeasurePlan } from "../stats/measure.ts"
import type { ComparedRun } from "./runs.ts"

/** How runs are cut into what is drawn and ranked. */
export type Cut = {
  unit: "block" | "run"
  blocksPerRun: number
  window: "hold" | "all"
  /** Of the interval; what is left of it is the largest p that counts. */
  confidence: number
}

/** The units of each endpoint of one side, in the order of the SLA, "overall" last. */
export type SideUnits = Map<string, Slice[]>

// With four a side the rank test can reach p = 0.03; with three it cannot reach 0.05.
export const MIN_RUNS = 4
// Fewer blocks a side leave the interval to luck.
export const MIN_BLOCKS = 6
// More blocks say no more, but cost the exact rank test time; for one run of a minute they are 3 s long.
const MAX_BLOCKS_A_RUN = 20
const MAX_BLOCKS_A_SIDE = 30
// Dozens of figures are tested at once. Blocks are many enough for a strict test, and need it: they know nothing of how
// runs differ. Four runs a side cannot pass one, but there the noise of the base is known.
const CONFIDENCE = { block: 0.99, run: 0.95 }
// Blocks shorter than this would have next to no requests of their own.
const MIN_BLOCK_MS = 1_000

/**
 * Whole runs are the units where both sides have enough of them: what differs from run to run is the larger noise.
 * With fewer, stretches of time within the runs stand in for them. A text says why neither will do.
 */
export function chooseCut(base: readonly ComparedRun[], candidate: readonly ComparedRun[]): Cut | string {
  const all = [...base, ...candidate]
  const window = all.every(({ hold }) => hold !== null) ? "hold" : "all"
  if (base.length >= MIN_RUNS && candidate.length >= MIN_RUNS) {
    return { unit: "run", blocksPerRun: 1, window, confidence: CONFIDENCE.run }
  }
  const shortest = Math.min(...all.map((run) => lengthMs(run, window)))
  const most = Math.max(base.length, candidate.length)
  const fewest = Math.min(base.length, candidate.length)
  const blocksPerRun = Math.min(
    MAX_BLOCKS_A_RUN,
    Math.max(1, Math.floor(MAX_BLOCKS_A_SIDE / most)),
    Math.floor(shortest / MIN_BLOCK_MS),
  )
  if (blocksPerRun * fewest >= MIN_BLOCKS) {
    return { unit: "block", blocksPerRun, window, confidence: CONFIDENCE.block }
  }
  return (
    `The runs are too short to be cut into ${MIN_BLOCKS} stretches of ${MIN_BLOCK_MS / 1_000} s: ` +
    `compare at least ${MIN_RUNS} runs a side instead.`
  )
}

/** Cuts the runs of one side; `plan` says what counts as a failure, for both sides alike. */
export function cutSide(runs: readonly ComparedRun[], plan: MeasurePlan, cut: Cut): SideUnits {
  const units: SideUnits = new Map()
  for (const run of runs) {
    const window = windowOf(run, cut.window)
    if (!window || !run.samples) continue
    for (const { name, slices } of sliceSamples(run.samples, plan, { window, count: cut.blocksPerRun })) {
      const found = units.get(name) ?? []
      found.push(...slices)
      units.set(name, found)
    }
  }
  return units
}

function windowOf(run: ComparedRun, kind: Cut["window"]) {
  return kind === "hold" ? run.hold : run.window
}

function lengthMs(run: ComparedRun, kind: Cut["window"]): number {
  const window = windowOf(run, kind)
  return window ? window.to - window.from : 0
}
