import type { Interval } from "@saleproof/loadctl/stats/mean-interval.ts"
import type { Envelope } from "./envelope.ts"

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
export type BenchReport = Envelope & {
  schema: "saleproof.bench/1"
  suite: string
  title: string
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
