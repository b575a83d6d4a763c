import type { Outcome } from "../../sla/judge.ts"
import type { Tone } from "./tones.ts"

/** The page as data: every text and figure that it shows, in its order, and nothing of how it looks. */
export type ReportPage = {
  title: string
  runId: string
  verdict: Outcome
  headline: string
  /** When it ran and for how long. */
  when: string
  reasons: string[]
  causes: string[]
  warnings: string[]
  tiles: Tile[]
  endpoints: Table
  facts: Fact[]
  /** Groups of charts; a group that cannot be drawn has a note instead of charts. */
  overTime: ChartGroup
  perEndpoint: ChartGroup
  distribution: ChartGroup
  health: ChartGroup
  seconds: Table | null
  failures: Section
  checks: Section
  audit: Section
  sources: Section
  waits: Section
  manifest: Fact[]
  /** What the page has no section for, and why. */
  absent: Fact[]
}

export type Fact = { name: string; text: string }

/** One large figure; `state` says whether it is good, bad or neither. */
export type Tile = { name: string; value: string; detail: string; state: "good" | "bad" | "plain" }

/** `href` is for a first column that leads somewhere. */
export type Cell = { text: string; bad?: boolean; href?: string }

/** The first column names the row; the others are figures unless `texts` says so. */
export type Table = {
  caption: string
  head: string[]
  rows: { mark: "✓" | "✗" | "?" | null; cells: Cell[] }[]
  /** Columns that are words, flush left. */
  texts: number[]
}

/** A sentence, and a table when there is something to list. */
export type Section = { note: string; table: Table | null }

export type ChartGroup = {
  note: string | null
  legend: { tone: Tone; text: string }[]
  charts: Chart[]
}

/** One small chart. Points are [x, y]; y is null where there is nothing. */
export type Chart = {
  title: string
  /** What it shows, in words, for those who do not see it. */
  summary: string
  /** Seconds since the first request, or ms on a logarithmic axis. */
  x: { kind: "seconds" | "latency"; min: number; max: number }
  unit: string
  lines: Line[]
  /** The SLA's limit, on the axis that shows latency. */
  limit: { value: number; text: string } | null
  /** Warm-up and cool-down, in seconds. */
  shaded: { from: number; to: number }[]
  /** Upper end of the y axis, where several charts share one. */
  yMax: number | null
}

export type Line = { name: string; tone: Tone; points: [x: number, y: number | null][] }
