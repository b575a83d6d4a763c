import { markdownTable } from "@saleproof/loadctl/report/markdown-table.ts"

import { originOf } from "../report/envelope.ts"
import type { Figure, GrownReport, SizeReport, Unit } from "./model.ts"

const UNITS: Record<Unit, (value: number) => string> = {
  count: (value) => value.toLocaleString("en"),
  rate: (value) => `${Math.round(value).toLocaleString("en")}/s`,
  ms: (value) => `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en")} ms`,
  s: (value) => `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en")} s`,
  MB: (value) => `${Math.round(value).toLocaleString("en")} MB`,
  share: (value) => `${(100 * value).toFixed(1)} %`,
}

/** The report as a Markdown document: a row per figure, a column per history. What misses its target is bold. */
export function renderGrown(report: GrownReport): string {
  const { command, machine, versions, tookMs, figures, sizes, catalogue } = report
  const rows = figures.map((figure) => [
    figure.heading,
    targetOf(figure),
    ...sizes.map((size) => cell(size, figure)),
  ])
  const header = ["", "target", ...sizes.map(({ orders }) => `${orders.toLocaleString("en")} orders`)]
  return [
    "# The shop with a history",
    "",
    `Made by \`${command}\`; do not edit.`,
    "",
    `Each history is of three days, with ${catalogue.products.toLocaleString("en")} products and ` +
      `${catalogue.couponHolders.toLocaleString("en")} coupon holders.`,
    "Measured once per size. **Bold** is what misses its target.",
    "",
    ...markdownTable([header, ...rows], `L${"R".repeat(sizes.length + 1)}`),
    "",
    ...sizes.flatMap(({ orders, error }) =>
      error === undefined ? [] : [`${orders.toLocaleString("en")} orders: ended early, ${error}`, ""],
    ),
    originOf(report, [
      `CPU steal ${machine.steal === null ? "unknown" : UNITS.share(machine.steal)}`,
      ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
      `${Math.round(tookMs / 60_000)} minutes`,
    ]),
    "",
  ].join("\n")
}

const targetOf = ({ atMost, unit }: Figure) =>
  atMost === undefined ? "" : atMost === 0 ? "0" : `≤ ${UNITS[unit](atMost)}`

function cell({ measured }: SizeReport, { figure, unit, atMost }: Figure): string {
  const value = measured[figure] ?? null
  if (value === null) return "-"
  const text = UNITS[unit](value)
  return atMost !== undefined && value > atMost ? `**${text}**` : text
}
