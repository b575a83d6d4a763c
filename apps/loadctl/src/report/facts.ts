import { countText } from "../sla/text.ts"
import { auditText, omissionText, sourcesText, warmUpText } from "./cells.ts"
import type { RunReport } from "./model.ts"

/** What is worth knowing beside the table, each with its name. */
export function facts(report: RunReport): string[][] {
  const { hold, checks, expectations, target } = report
  const rates = hold ? `over the hold of ${hold.seconds.toFixed(0)} s` : "over all of it"
  const warmUp = warmUpText(report)
  const omission = omissionText(report)
  const total = checks.passes + checks.fails
  return [
    ["units", `milliseconds; rates ${rates}; percentiles interpolate as k6 does`],
    ...(total > 0
      ? [["checks", `${checks.passes.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} hold`]]
      : []),
    ...expectations.map(({ title, wanted, actual }) => [
      "expected",
      `${title}: ${actual ?? "no data"} (${wanted})`,
    ]),
    ...(report.cutOff > 0
      ? [["cut off", `${countText(report.cutOff, "iteration")} at the end, in no figure`]]
      : []),
    ...(warmUp === null ? [] : [["warm-up", warmUp]]),
    ...(omission === null ? [] : [["omitted", omission]]),
    ["sources", sourcesText(report)],
    ["audit", auditText(report)],
    ...(target === null ? [] : [["target", target]]),
  ]
}
