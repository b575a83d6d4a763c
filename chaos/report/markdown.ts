import { markdownTable } from "@saleproof/loadctl/report/markdown-table.ts"

import type { Growth } from "../checks/growth.ts"
import { growthCells, GROWTH_HEADINGS } from "./growth.ts"
import type { FaultReport, Report } from "./report.ts"
import { explanation, machineLines, verdictLine } from "./summary.ts"
import { targetsOf } from "./targets.ts"
import { milliseconds, percent, seconds } from "./units.ts"

const HEADINGS = [
  "fault",
  "verdict",
  "injections",
  "requests",
  "acknowledged",
  "without an answer, or 503",
  "settled later by key",
  "downtime",
  "back after",
  "p99 meanwhile",
  "p99 before",
  "unanswered but committed",
  "CPU busy",
  "CPU steal",
  "took",
]

/** The report as a Markdown document. */
export function renderMarkdown(report: Report): string {
  const broken = report.faults.flatMap(explanation)
  return [
    `# ${TITLES[report.pace]}`,
    "",
    `Made by \`${report.command}\`; do not edit. What is promised: [reliability](../reliability.md).`,
    "",
    ...summaryLines(report),
    "",
    ...markdownTable([HEADINGS, ...report.faults.map(cells)], `LL${"R".repeat(HEADINGS.length - 2)}`),
    "",
    ...report.faults.flatMap(({ growth }) => growthLines(growth ?? [])),
    ...(broken.length > 0 ? ["```", ...broken.slice(0, -1), "```", ""] : []),
  ].join("\n")
}

/** The promises that have figures, the verdict and the machine. */
export function summaryLines(report: Report): string[] {
  const targets = targetsOf(report.faults).map(({ promise, limit, worst, fault, met }) => [
    promise,
    limit,
    worst,
    fault && `\`${fault}\``,
    met ? "kept" : "**broken**",
  ])
  return [
    ...markdownTable([["promise", "limit", "worst seen", "after", ""], ...targets], "LRRLL"),
    "",
    [verdictLine(report), ...machineLines(report), report.startedAt.slice(0, 16).replace("T", " ")].join(
      " · ",
    ),
  ]
}

/** What became of each table; nothing without a history. */
function growthLines(growth: readonly Growth[]): string[] {
  if (growth.length === 0) return []
  return [
    "Tables before and after, the index of each included; a table is right when its rows and its size are as meant.",
    "",
    ...markdownTable([GROWTH_HEADINGS, ...growth.map(growthCells)], "LLRRRRL"),
    "",
  ]
}

const TITLES: Record<Report["pace"], string> = {
  test: "Every fault in short",
  quick: "Every fault, fewer rounds",
  full: "Every fault in full",
  soak: "The soak: a kill every five seconds",
}

function cells({ fault, verdict, tookMs, figures, cpu }: FaultReport): string[] {
  const ends = [percent(cpu.busy), percent(cpu.steal), seconds(tookMs)]
  if (!figures) return [fault, verdict, ...Array.from({ length: 10 }, () => ""), ...ends]
  const { downtimeMs, unacknowledged } = figures
  return [
    fault,
    verdict,
    ...[
      figures.injections,
      figures.requests,
      figures.acknowledged,
      figures.openAttempts,
      figures.resolvedByKey,
    ].map((count) => count.toLocaleString("en")),
    downtimeMs ? seconds(Math.max(...Object.values(downtimeMs))) : "-",
    milliseconds(figures.recoveryMs),
    milliseconds(figures.answerP99Ms),
    milliseconds(figures.baselineP99Ms),
    unacknowledged ? String(Math.max(...Object.values(unacknowledged))) : "-",
    ...ends,
  ]
}
