import type { Interval } from "@saleproof/loadctl/stats/mean-interval.ts"
import type { Machine } from "@saleproof/loadctl/machine/watch.ts"

/** What one round of one variant measured, by the name of the figure; null where it could not be measured. */
export type Figures = Record<string, number | null>

export type VariantReport = {
  name: string
  rounds: Figures[]
  /** Of the rounds. */
  median: Figures
  /** (max - min) / median of the rounds. */
  spread: Figures
  /** Where the mean of a figure lies with 95 % confidence, by its name; only of two rounds and more. */
  interval: Record<string, Interval>
}

/** What `docs/results/<suite>.json` holds. */
export type BenchReport = {
  schema: "saleproof.bench/1"
  suite: string
  title: string
  command: string
  startedAt: string
  tookMs: number
  quick: boolean
  /** False when it was interrupted: some variants have fewer rounds. */
  complete: boolean
  machine: Machine
  versions: Record<string, string>
  /** Of each figure: its heading, and how it is written. */
  columns: Column[]
  variants: VariantReport[]
}

export type Column = {
  figure: string
  heading: string
  unit: "count" | "rate" | "ms" | "share" | "times"
  /** Shown with its interval instead of the distance of the extremes. */
  interval?: true
}
