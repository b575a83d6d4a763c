import { countText, exactText, secondsText } from "../sla/text.ts"
import { figureText } from "../sla/thresholds.ts"
import { auditText, omissionText, warmUpText } from "./cells.ts"
import { sourcesText } from "./sources.ts"
import type { RunReport } from "./model.ts"

// More rows than this hide the ones that matter; JSON, HTML and JUnit have all of them.
const MOST_KEPT_THRESHOLDS = 6

/** What is worth knowing beside the table, each with its name. */
export function facts(report: RunReport): string[][] {
  const { hold, expectations, target } = report
  const rates = hold ? `over the hold of ${secondsText(hold.seconds)}` : "over all of it"
  const warmUp = warmUpText(report)
  const omission = omissionText(report)
  return [
    ["units", `milliseconds; rates ${rates}; percentiles interpolate as k6 does`],
    ...checkFacts(report),
    ...thresholdFacts(report),
    ...expectations.map(({ title, wanted, actual }) => [
      "expected",
      `${title}: ${actual === null ? "no data" : exactText(actual)} (${wanted})`,
    ]),
    ...report.metrics.map(({ title, wanted, actual }) => [
      "metric",
      `${title}: ${actual === null ? "no data" : exactText(actual)} (${wanted})`,
    ]),
    ...(report.cutOff > 0 ? [["cut off", cutOffText(report)]] : []),
    ...(warmUp === null ? [] : [["warm-up", warmUp]]),
    ...(omission === null ? [] : [["omitted", omission]]),
    ["sources", sourcesText(report)],
    ["audit", auditText(report)],
    ...messageFacts(report),
    ...(target === null ? [] : [["target", target]]),
  ]
}

/** The iterations that were cut off, and whether they count as failed. */
function cutOffText({ cutOff, iterationsAccount }: RunReport): string {
  const { unanswered = 0 } = iterationsAccount ?? {}
  const all = `${countText(cutOff, "iteration")} at the end`
  if (unanswered === 0) return `${all}, in no figure`
  return `${all}, ${unanswered.toLocaleString("en-US")} of them never answered: failed requests of their scenario`
}

/** All checks together, then each that failed. */
function checkFacts({ checks: { passes, fails, rows } }: RunReport): string[][] {
  if (passes + fails === 0) return []
  const failing = rows.filter((row) => row.fails > 0)
  return [
    ["checks", heldText(passes, fails)],
    ...failing.map((row) => ["check", `${row.name}: ${heldText(row.passes, row.fails)}`]),
  ]
}

function heldText(passes: number, fails: number): string {
  return `${passes.toLocaleString("en-US")} of ${(passes + fails).toLocaleString("en-US")} hold`
}

/** The script's own thresholds: the broken ones, and the others as far as they are few. */
function thresholdFacts({ thresholds }: RunReport): string[][] {
  const kept = thresholds.filter(({ ok, empty }) => ok && !empty)
  const shown = thresholds.filter(({ ok, empty }) => !ok || empty || kept.length <= MOST_KEPT_THRESHOLDS)
  const rows = shown.map((one) => ["threshold", `${one.metric} ${one.source}: ${thresholdText(one)}`])
  return kept.length <= MOST_KEPT_THRESHOLDS
    ? rows
    : [["thresholds", `${kept.length} of the script's ${thresholds.length} are kept`], ...rows]
}

function thresholdText({ source, value, ok, empty }: RunReport["thresholds"][number]): string {
  if (empty) return "compared with nothing"
  return `${ok ? "kept" : "broken"}${value === null ? "" : `, it was ${figureText(value, source)}`}`
}

function messageFacts({ k6Messages }: RunReport): string[][] {
  return k6Messages.map(({ level, text, count }) => [
    `k6 ${level}`,
    count === 1 ? text : `${text} (${count.toLocaleString("en-US")} times)`,
  ])
}
