import type { RunReport } from "../model.ts"
import type { RunDetails } from "./details.ts"
import { renderPage } from "./page.ts"
import { viewOf } from "./view.ts"

/** A run as one HTML file: nothing is fetched, light and dark, readable on a phone. */
export function renderHtml(report: RunReport, details: RunDetails): string {
  return renderPage(viewOf(report, details))
}
