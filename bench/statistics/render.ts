import { markdownTable } from "@saleproof/loadctl/report/markdown-table.ts"

import { originOf } from "../report/envelope.ts"
import type { StudyReport, StudyResult } from "./run.ts"

/** The studies as a Markdown document: what was wanted and what came out, then every figure. */
export function renderStudies(report: StudyReport): string {
  const { machine, studies } = report
  const judged = studies.flatMap((study) => study.wanted.map((_, index) => wantedRow(study, index)))
  return [
    "# Comparisons and searches, simulated",
    "",
    `Made by \`${report.command}\`; do not edit. How it is simulated is in \`bench/statistics\`: three endpoints with`,
    "log-normal latencies, a random level of every run (run noise, its standard deviation), and a drift: within every run",
    "around its level, and in `ab` also one that the rounds share; the numbers and their reasons are in",
    "[decisions/comparing-runs.md](../decisions/comparing-runs.md). p50, p95 and p99 of the endpoints and of all requests are",
    "the 12 figures of a family. A change counts from 10 %, as by default. A search for capacity meets a server with one worker",
    "of 10 ms a request, first come first served, held for 30 s after 10 s of warm-up; 95 % of requests within 200 ms; from 20/s",
    "up to 2,000/s, in at most 16 runs.",
    "",
    ...markdownTable([["", "study", "trials", "wanted", "came out"], ...judged], "LLLLL"),
    "",
    "## Every study",
    "",
    ...markdownTable([["study", "trials", "figures"], ...studies.map(figureRow)], "LLL"),
    "",
    originOf(report, [`${(report.tookMs / 1_000).toFixed(0)} s`, `node ${machine.node}`]),
    "",
  ].join("\n")
}

function wantedRow({ name, trials, wanted }: StudyResult, index: number): string[] {
  const { text, at, share, value, ok } = wanted[index]!
  return [ok ? "✓" : "✗ missed", name, String(trials), `${text} at ${at} ${percent(share)}`, percent(value)]
}

function figureRow({ name, trials, means }: StudyResult): string[] {
  const figures = Object.entries(means).map(
    ([figure, value]) => `${figure} ${COUNTS.has(figure) ? value.toFixed(1) : percent(value)}`,
  )
  return [name, String(trials), figures.join(", ")]
}

/** Figures that are no shares. */
const COUNTS = new Set(["runs", "answer", "edge"])

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}
