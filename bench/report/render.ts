import assert from "node:assert/strict"

import { markdownTable } from "@saleproof/loadctl/report/markdown-table.ts"

import { originOf } from "./envelope.ts"
import type { BenchReport, Column, VariantReport } from "./model.ts"

const UNITS: Record<Column["unit"], (value: number) => string> = {
  count: (value) => Math.round(value).toLocaleString("en"),
  rate: (value) => `${Math.round(value).toLocaleString("en")}/s`,
  ms: (value) => `${value < 1 ? value.toFixed(3) : value.toFixed(value < 10 ? 2 : 1)} ms`,
  share: (value) => `${(100 * value).toFixed(1)} %`,
  times: (value) => `${value.toFixed(2)}x`,
}

/** The report as a Markdown document: medians, with the spread of the rounds where it is known. */
export function renderMarkdown(report: BenchReport): string {
  const { title, columns, variants, machine, versions } = report
  const rows = variants.map((variant) => [variant.name, ...columns.map((column) => cell(variant, column))])
  const header = ["variant", ...columns.map(({ heading }) => heading)]
  return [
    `# ${title}`,
    "",
    `Made by \`${report.command}\`; do not edit. Medians of ${rounds(variants)}, ± is half the distance of the extremes.`,
    "",
    ...markdownTable([header, ...rows], `L${"R".repeat(columns.length)}`),
    "",
    originOf(report, [
      `CPU steal ${machine.steal === null ? "unknown" : UNITS.share(machine.steal)}`,
      ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
    ]),
    "",
  ].join("\n")
}

function rounds(variants: VariantReport[]): string {
  const counts = [...new Set(variants.map((variant) => variant.rounds.length))].toSorted((a, b) => a - b)
  const range = counts.length > 1 ? `${counts[0]} to ${counts.at(-1)}` : String(counts[0] ?? 0)
  return `${range} ${range === "1" ? "round" : "rounds"}, variants in turns`
}

function cell({ median, spread, interval }: VariantReport, column: Column): string {
  const { figure, unit } = column
  const value = median[figure] ?? null
  if (value === null) return "-"
  const within = column.interval && interval[figure]
  if (within) return `${UNITS[unit](value)} (${UNITS[unit](within.low)} to ${UNITS[unit](within.high)})`
  const width = spread[figure]
  assert(typeof width === "number", `${figure} has a median and so a spread`)
  const uncertain = width > 0 && unit !== "count" ? ` ±${Math.round(50 * width)} %` : ""
  return UNITS[unit](value) + uncertain
}
