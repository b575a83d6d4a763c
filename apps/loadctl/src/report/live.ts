import { styleText } from "node:util"

import type { K6Progress } from "../k6/progress.ts"
import { formatDuration } from "../plan/duration.ts"
import type { Phases } from "../plan/plan.ts"
import type { LiveFigures, LiveRow } from "../run/live-figures.ts"
import { decimalText, msText } from "../sla/text.ts"
import { oneLine } from "./cells.ts"
import { wrapText } from "./fit.ts"
import { formatTable } from "./table.ts"

/** What is known of a load that is in progress. */
export type LiveState = {
  title: string
  phases: Phases | null
  progress: K6Progress | null
  figures: LiveFigures | null
  /** One value per second, the newest last. */
  rates: number[]
  /** Null for one in which nothing was answered. */
  p95s: (number | null)[]
}

const BLOCKS = "▁▂▃▄▅▆▇█"
const SPARK_WIDTH = 60

/** The load as lines for a terminal: where it is, how much there is of it, and the last seconds of each endpoint. */
export function renderLive(
  state: LiveState,
  { color, columns }: { color: boolean; columns: number },
): string {
  const red = (text: string): string => (color ? styleText("red", text, { validateStream: false }) : text)
  const { progress, figures, rates, p95s } = state
  const width = Math.max(10, Math.min(SPARK_WIDTH, columns - 16))
  const lines = [[state.title, progress ? phaseText(progress, state.phases) : ""].filter(Boolean).join(": ")]
  if (progress) lines.push(...wrapText(loadText(progress, figures), columns - 2).map((line) => `  ${line}`))
  if (figures) {
    lines.push(`  requests/s  ${sparkline(rates.slice(-width))}`)
    lines.push(`  p95         ${sparkline(p95s.slice(-width))}`)
    lines.push(...rowLines(figures, red).map((line) => `  ${line}`))
  }
  return lines.join("\n")
}

/** "hold, 43s of 1m00s left"; after the plan's last phase, what is still going on. */
export function phaseText(
  { elapsedS, share }: Pick<K6Progress, "elapsedS" | "share">,
  phases: Phases | null,
): string {
  const elapsed = elapsedS * 1_000
  if (!phases) return [...percent(share), formatDuration(elapsed)].join(", ")
  const { warmupMs, holdMs, cooldownMs } = phases
  const ends = [
    ["warm-up", warmupMs, warmupMs],
    ["hold", warmupMs + holdMs, holdMs],
    ["cool-down", warmupMs + holdMs + cooldownMs, cooldownMs],
  ] as const
  const current = ends.find(([, end]) => elapsed < end)
  if (!current) return "the last iterations finish"
  const [name, end, length] = current
  return `${name}, ${formatDuration(end - elapsed)} of ${formatDuration(length)} left`
}

function percent(share: number | undefined): string[] {
  return share === undefined ? [] : [`${Math.floor(share * 100)} %`]
}

/** "300 of 300 VUs  1,204 iterations  402 requests/s  p95 41.0 ms  2 failed" */
export function loadText(
  { vus, maxVus, iterations, interrupted }: K6Progress,
  figures: LiveFigures | null,
): string {
  const parts = [`${vus} of ${maxVus} VUs`, `${iterations.toLocaleString("en-US")} iterations`]
  if (interrupted > 0) parts.push(`${interrupted} cut off`)
  if (figures && figures.overall.n > 0) {
    const { p95, failed } = figures.overall
    parts.push(
      `${decimalText(figures.perSecond, 0)} requests/s`,
      `p95 ${msText(p95)} ms`,
      // k6's own opinion of them comes at the end.
      `${decimalText(failed, 0)} failed`,
    )
  }
  return parts.join("  ")
}

/** One block a value, from none to the highest of them; a gap where there is no value. */
export function sparkline(values: readonly (number | null)[]): string {
  const highest = Math.max(...values.filter((value) => value !== null))
  const blockOf = (value: number): number =>
    highest > 0 ? Math.round((value / highest) * (BLOCKS.length - 1)) : 0
  return values.map((value) => (value === null ? " " : BLOCKS.charAt(blockOf(value)))).join("")
}

function rowLines({ endpoints, overall }: LiveFigures, red: (text: string) => string): string[] {
  const rows = [...endpoints, overall].map(({ name, n, p95, failed, limit }: LiveRow) => [
    oneLine(name),
    decimalText(n, 0),
    p95 !== null && limit !== null && p95 > limit ? red(msText(p95)) : msText(p95),
    failed > 0 ? red(decimalText(failed, 0)) : "0",
  ])
  return formatTable([["last seconds", "n", "p95", "failed"], ...rows], "LRRR")
}
