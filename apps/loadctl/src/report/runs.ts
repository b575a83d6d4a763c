import { msText } from "../sla/text.ts"
import type { Store } from "../store.ts"
import { loadParts } from "./load.ts"
import { composeReport } from "./model.ts"
import type { RunParts } from "./model.ts"
import { sparkline } from "./live.ts"
import { fitTable, wrapText } from "./fit.ts"
import type { RunLine } from "./run-line.ts"
import { trendsOf } from "./trend.ts"
import type { Trend } from "./trend.ts"

const RUNS_SCHEMA = "saleproof.runs/1"

/** The runs newest first, and how each kind of them went; what `runs --format json` prints. */
export type History = { schema: typeof RUNS_SCHEMA; runs: RunLine[]; trends: Trend[] }

/** A folder that cannot be read is left out: another run may be writing it right now. */
export async function readHistory(store: Store, scenario?: string): Promise<History> {
  const lines: RunLine[] = []
  for (const runId of await store.ids()) {
    const line = await loadParts(await store.find(runId))
      .then(lineOf)
      .catch(() => null)
    if (line && (scenario === undefined || line.scenario === scenario)) lines.push(line)
  }
  return { schema: RUNS_SCHEMA, runs: lines, trends: trendsOf(lines) }
}

// What `loadctl capacity` turns up.
const LOAD = ["RATE", "VUS", "DURATION"]

function lineOf(parts: RunParts): RunLine {
  const report = composeReport(parts)
  const { runId, scenario, persona, variants, scale, verdict, startedAt, requests, failed, overall } = report
  const load = Object.entries(parts.plan.k6Env).filter(([name]) => LOAD.includes(name))
  const settings = [...Object.entries(parts.plan.apiEnv), ...load].map(([name, value]) => `${name}=${value}`)
  return {
    runId,
    scenario,
    persona,
    variants,
    scale,
    settings,
    verdict,
    startedAt,
    requests,
    failed,
    p95: overall.p95,
    commit: commitOf(parts.manifest),
  }
}

function commitOf(manifest: RunParts["manifest"]): string | null {
  const git = manifest?.git ?? null
  return git === null ? null : `${git.commit.slice(0, 10)}${git.dirty ? "+" : ""}`
}

const SIGN = { PASS: "✓", FAIL: "✗", INVALID: "?" } as const

/** Every run, newest first, then a line for each kind of them. */
export function renderRuns({ runs, trends }: History, columns = Infinity): string {
  if (runs.length === 0) return "No runs yet. `loadctl run --scenario NAME` makes one.\n"
  const rows = runs.map(({ runId, verdict, requests, failed, p95, persona, variants, scale, settings }) => [
    runId,
    verdict,
    requests.toLocaleString("en-US"),
    String(failed),
    msText(p95),
    [persona, ...variants, ...(scale === 1 ? [] : [`scale ${scale}`]), ...settings]
      .filter(Boolean)
      .join(", "),
  ])
  const head = ["run", "verdict", "requests", "failed", "p95 ms", ""]
  const table = fitTable([head, ...rows], { alignment: "LLRRRL", width: columns, leading: 1 })
  const changes = trends.flatMap(changeLines).flatMap((line) => wrapText(line, columns))
  const found = changes.length === 0 ? [] : ["", ...changes]
  return `${[...table, "", ...trendTable(trends, columns), ...found].join("\n")}\n`
}

function trendTable(trends: readonly Trend[], width: number): string[] {
  const head = ["trend", "runs", "oldest first", "p95", "latest ms", "median before", "change"]
  const rows = trends.map(({ kind, runs, verdicts, p95s, latest, before, change }) => [
    kind,
    String(runs),
    verdicts.map((verdict) => SIGN[verdict]).join(""),
    p95s.length > 0 ? sparkline(p95s) : "",
    msText(latest),
    msText(before),
    change === null ? "–" : `${change > 0 ? "+" : ""}${(change * 100).toFixed(0)} %`,
  ])
  return fitTable([head, ...rows], { alignment: "LRLLRRR", width, leading: 1 })
}

/** "sale, persona A: p95 rose by 21 % (40.0 to 48.4 ms) with RUN, commit 0123456789 (before it abcdef0123); p 0.001" */
function changeLines({ kind, changePoints }: Trend): string[] {
  return changePoints.map(({ runId, before, after, change, commit, commitBefore, p }) => {
    const size = `${Math.abs(change * 100).toFixed(0)} % (${msText(before)} to ${msText(after)} ms)`
    const dated = commit === null ? "" : `, commit ${commit}`
    const earlier = commitBefore === null || commitBefore === commit ? "" : ` (before it ${commitBefore})`
    return `${kind}: p95 ${change > 0 ? "rose" : "fell"} by ${size} with ${runId}${dated}${earlier}; p ${p.toFixed(3)}`
  })
}
