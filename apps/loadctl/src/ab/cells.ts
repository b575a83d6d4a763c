import { msText } from "../sla/text.ts"
import type { AbReport, AbRun, AbSide } from "./model.ts"

export const RUN_COLUMNS = [
  "round",
  "side",
  "verdict",
  "requests/s",
  "p50",
  "p95",
  "p99",
  "failed",
  "run",
  "",
]
export const RUN_ALIGNMENT = "RLLRRRRRLL"

export function runCells({
  round,
  side,
  verdict,
  rate,
  p50,
  p95,
  p99,
  failed,
  runId,
  reasons,
}: AbRun): string[] {
  return [
    String(round),
    side.toUpperCase(),
    verdict,
    rate === null ? "–" : rate.toFixed(1),
    ...[p50, p95, p99].map(msText),
    String(failed),
    runId,
    verdict === "INVALID" ? (reasons[0] ?? "") : "",
  ]
}

/** "ORDER_STRATEGY=batched", the target's URL, or "defaults". */
export function sideText({ env, target }: AbSide): string {
  if (target !== null) return target
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return pairs.join(" ") || "defaults"
}

/** "better: B (ORDER_STRATEGY=batched) against A (ORDER_STRATEGY=multilock_wide)" */
export function answerText({ comparison, sides, ended, runs, rounds }: AbReport): string {
  const cut = ended === "interrupted" ? `; interrupted after ${runs.length} of ${2 * rounds} runs` : ""
  const who = `B (${sideText(sides.b)}) against A (${sideText(sides.a)})`
  return `${who}: ${comparison?.verdict ?? "not comparable"}${cut}`
}
