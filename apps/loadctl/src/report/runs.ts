import { msText } from "../sla/text.ts"
import type { Store } from "../store.ts"
import { loadReport } from "./load.ts"
import type { RunReport } from "./model.ts"
import { formatTable } from "./table.ts"

/** One line of the history. */
export type RunLine = Pick<
  RunReport,
  "runId" | "scenario" | "persona" | "variants" | "scale" | "verdict" | "startedAt" | "requests" | "failed"
> & { p95: number | null }

/** Newest first. A folder that cannot be read is left out: another run may be writing it right now. */
export async function listRuns(store: Store, scenario?: string): Promise<RunLine[]> {
  const lines: RunLine[] = []
  for (const runId of await store.ids()) {
    const report = await loadReport(await store.find(runId)).catch(() => null)
    if (!report || (scenario !== undefined && report.scenario !== scenario)) continue
    lines.push(lineOf(report))
  }
  return lines
}

function lineOf(report: RunReport): RunLine {
  const { runId, scenario, persona, variants, scale, verdict, startedAt, requests, failed, overall } = report
  return { runId, scenario, persona, variants, scale, verdict, startedAt, requests, failed, p95: overall.p95 }
}

export function renderRuns(runs: readonly RunLine[]): string {
  if (runs.length === 0) return "No runs yet. `loadctl run --scenario NAME` makes one.\n"
  const rows = runs.map(({ runId, verdict, requests, failed, p95, persona, variants, scale }) => [
    runId,
    verdict,
    requests.toLocaleString("en-US"),
    String(failed),
    msText(p95),
    [persona, ...variants, ...(scale === 1 ? [] : [`scale ${scale}`])].filter(Boolean).join(", "),
  ])
  return `${formatTable([["run", "verdict", "requests", "failed", "p95 ms", ""], ...rows], "LLRRRL").join("\n")}\n`
}
