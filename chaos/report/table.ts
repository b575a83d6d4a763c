import { formatTable } from "@saleproof/loadctl/report/table.ts"

import type { Growth } from "../checks/growth.ts"
import { growthCells, GROWTH_HEADINGS } from "./growth.ts"
import type { FaultReport, Report } from "./report.ts"
import { explanation, machineLines, verdictLine } from "./summary.ts"
import { targetsOf } from "./targets.ts"
import { milliseconds, percent, seconds } from "./units.ts"

const HEADERS = [
  "fault",
  "verdict",
  "requests",
  "ack",
  "open",
  "by key",
  "downtime",
  "back",
  "p99",
  "unack",
  "busy",
  "took",
]

/** The report as text: one line per fault, the promises that have figures, then what was broken, with examples. */
export function renderTable(report: Report): string {
  const targets = targetsOf(report.faults).map(({ promise, limit, worst, fault, met }) => [
    promise,
    met ? "kept" : "broken",
    limit,
    worst,
    fault,
  ])
  return [
    ...formatTable([HEADERS, ...report.faults.map(cells)], "LLRRRRRRRRRR"),
    "",
    ...formatTable([["promise", "", "limit", "worst", ""], ...targets], "LLRRL"),
    "",
    ...report.faults.flatMap(({ growth }) => growthTable(growth ?? [])),
    ...report.faults.flatMap(explanation),
    verdictLine(report),
    ...machineLines(report),
    "",
  ].join("\n")
}

const growthTable = (growth: readonly Growth[]): string[] =>
  growth.length === 0 ? [] : [...formatTable([GROWTH_HEADINGS, ...growth.map(growthCells)], "LLRRRRL"), ""]

function cells({ fault, verdict, tookMs, figures, cpu }: FaultReport): string[] {
  const end = [percent(cpu.busy), seconds(tookMs)]
  if (!figures) return [fault, verdict, "", "", "", "", "", "", "", "", ...end]
  const { downtimeMs, unacknowledged } = figures
  return [
    fault,
    verdict,
    String(figures.requests),
    String(figures.acknowledged),
    String(figures.openAttempts),
    String(figures.resolvedByKey),
    downtimeMs ? seconds(Math.max(...Object.values(downtimeMs))) : "-",
    milliseconds(figures.recoveryMs),
    milliseconds(figures.answerP99Ms),
    unacknowledged ? String(Math.max(...Object.values(unacknowledged))) : "-",
    ...end,
  ]
}
