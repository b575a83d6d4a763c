import type { RuleResult } from "../../sla/rules.ts"
import { countText, decimalText, limitMsText, msText, secondsText, shareText } from "../../sla/text.ts"
import { isWithoutHttp } from "../../sla/rows.ts"
import { judgedCounts, violationCount } from "../cells.ts"
import type { EndpointReport, RunReport } from "../model.ts"
import type { Tile } from "./model.ts"

/** The run in six figures. */
export function tilesOf(report: RunReport): Tile[] {
  return [
    latencyTile(report.overall),
    requestsTile(report),
    failedTile(report),
    rateTile(report),
    checksTile(report),
    auditTile(report),
  ]
}

function latencyTile({ p95, limit, rules }: EndpointReport): Tile {
  return {
    name: "p95, overall",
    value: p95 === null ? "–" : `${msText(p95)} ms`,
    detail: limit === null ? "no limit" : `limit ${limitMsText(limit)} ms`,
    state: stateOf(rules, "p95"),
  }
}

function requestsTile(report: RunReport): Tile {
  const detail = countText(report.iterations, "iteration")
  const name = isWithoutHttp(report) ? "calls or connections" : "requests"
  return { name, value: judgedCounts(report).n.toLocaleString("en-US"), detail, state: "plain" }
}

function failedTile(report: RunReport): Tile {
  const rules = [report.overall, ...report.endpoints].flatMap((row) => row.rules)
  const { n, failed } = judgedCounts(report)
  return {
    name: "failed",
    value: failed.toLocaleString("en-US"),
    detail: n === 0 ? "of nothing" : `${shareText(failed / n)} of them`,
    state: stateOf(rules, "errorRate"),
  }
}

function rateTile({ overall: { rate }, hold }: RunReport): Tile {
  return {
    name: "requests/s",
    value: rate === null ? "–" : decimalText(rate, rate < 10 ? 1 : 0),
    detail: hold ? `over the hold of ${secondsText(hold.seconds)}` : "over all of it",
    state: "plain",
  }
}

function checksTile({ checks: { passes, fails } }: RunReport): Tile {
  const total = passes + fails
  if (total === 0) return { name: "checks", value: "–", detail: "the script has none", state: "plain" }
  return {
    name: "checks",
    // Rounded down: what is called 100 % is all of them.
    value: `${Math.floor((passes / total) * 1_000) / 10} %`,
    detail: `${fails.toLocaleString("en-US")} failed`,
    state: fails === 0 ? "good" : "bad",
  }
}

function auditTile({ audit: { ok, checks, note } }: RunReport): Tile {
  if (ok === null) return { name: "audit", value: "–", detail: note ?? "not done", state: "plain" }
  const violated = checks.filter(({ violations }) => violationCount(violations) > 0).length
  const detail = `${violated} of ${checks.length} invariants violated`
  return { name: "audit", value: ok ? "clean" : "broken", detail, state: ok ? "good" : "bad" }
}

/** Good where every rule about it is kept, bad where one is broken; otherwise unknown. */
function stateOf(rules: readonly RuleResult[], metric: RuleResult["metric"]): Tile["state"] {
  const own = rules.filter((rule) => rule.metric === metric && rule.level === "fail")
  if (own.some(({ outcome }) => outcome === "fail")) return "bad"
  return own.length > 0 && own.every(({ outcome }) => outcome === "pass") ? "good" : "plain"
}
