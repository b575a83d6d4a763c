import type { RunReport } from "./model.ts"

/** The whole report as one JSON document; its shape is named by `schema`. */
export function renderJson(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
