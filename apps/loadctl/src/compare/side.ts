import type { Drawable } from "../stats/bootstrap.ts"
import type { Failures } from "../stats/failure-test.ts"
import { median } from "../stats/noise-floor.ts"
import { poolBlocks, weightedQuantile } from "../stats/pool.ts"
import { quantile } from "@saleproof/sla/quantile.ts"
import type { Slice } from "../stats/slices.ts"
import { METRICS } from "./model.ts"
import type { Cut } from "./units.ts"

/** One endpoint on one side. Figures are in the order of METRICS; null where nothing was measured. */
export type EndpointSide = Failures & {
  figures: (number | null)[]
  /** For each metric, the figures of the units that have one. */
  ofUnits: number[][]
  /** The same for the runs. */
  ofRuns: number[][]
  drawable: Drawable
}

const QUANTILES = [0.5, 0.95, 0.99]

/** Blocks are parts of one whole: their requests are pooled. Runs are repeats: their figures have a median. */
export function endpointSide(slices: readonly Slice[], { unit, blocksPerRun }: Cut): EndpointSide {
  const rows = slices.map(figuresOf)
  const drawable = unit === "block" ? drawBlocks(slices) : drawRuns(rows)
  const runs = Array.from({ length: slices.length / blocksPerRun }, (_, run) =>
    drawable.figures(
      Uint32Array.from(slices, (_, index) => (Math.floor(index / blocksPerRun) === run ? 1 : 0)),
    ),
  )
  return {
    n: slices.reduce((sum, { ms }) => sum + (ms?.length ?? 0), 0),
    failed: slices.reduce((sum, { failed }) => sum + failed, 0),
    figures: drawable.figures(new Uint32Array(slices.length).fill(1)),
    ofUnits: METRICS.map((_, metric) => known(rows, metric)),
    ofRuns: METRICS.map((_, metric) => known(runs, metric)),
    drawable,
  }
}

function known(rows: readonly (number | null)[][], metric: number): number[] {
  return rows.flatMap((row) => row[metric] ?? [])
}

function figuresOf({ ms, failed, seconds }: Slice): (number | null)[] {
  const n = ms?.length ?? 0
  const latencies = QUANTILES.map((q) => (ms ? quantile(ms, q) : null))
  return [...latencies, n / seconds, n > 0 ? failed / n : null]
}

function drawBlocks(slices: readonly Slice[]): Drawable {
  const pool = poolBlocks(slices.map(({ ms }) => ms ?? []))
  return {
    units: slices.length,
    figures: (weights) => {
      let [n, failed, seconds] = [0, 0, 0]
      for (const [index, slice] of slices.entries()) {
        n += weights[index]! * (slice.ms?.length ?? 0)
        failed += weights[index]! * slice.failed
        seconds += weights[index]! * slice.seconds
      }
      const latencies = QUANTILES.map((q) => weightedQuantile(pool, weights, q))
      return [...latencies, seconds > 0 ? n / seconds : null, n > 0 ? failed / n : null]
    },
  }
}

function drawRuns(rows: readonly (number | null)[][]): Drawable {
  return {
    units: rows.length,
    figures: (weights) =>
      METRICS.map((_, metric) => {
        const drawn = rows.flatMap((row, index) => {
          const figure = row[metric] ?? null
          return figure === null ? [] : Array.from({ length: weights[index]! }, () => figure)
        })
        return drawn.length > 0 ? median(drawn) : null
      }),
  }
}
