import type { Options } from "k6/options"

import { SEED_ENDPOINT } from "./outcomes.ts"
import type { Endpoint } from "./outcomes.ts"
import type { Settings } from "./settings.ts"
import { limitsByEndpoint, thresholdsFor } from "./sla.ts"
import { renderText, summarize } from "./summary.ts"
import type { K6Summary, Selection } from "./summary.ts"

/** How every script measures. */
export const MEASURING = {
  // What is left out says the same of every request, or repeats its name; k6 pays for each tag of each sample. The
  // summary finds checks by their group.
  systemTags: [
    "status",
    "method",
    "name",
    "group",
    "check",
    "error",
    "error_code",
    "scenario",
    "expected_response",
  ],
  summaryTrendStats: ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)", "count"],
} satisfies Partial<Options>

type RunOptions = {
  settings: Settings
  scenario: string
  endpoints: readonly Endpoint[]
  /** Which requests the SLA is about. */
  judged: "all" | "hold"
}

/** Which requests of a scenario are judged, by which thresholds, and what the run leaves behind. */
export function judgeRun({ settings, scenario, endpoints: called, judged }: RunOptions) {
  const { sla, seeded } = settings
  // Requests of setup() carry no scenario, so seeding is never judged.
  const scope = judged === "hold" ? `scenario:${scenario},phase:hold` : `scenario:${scenario}`
  const overall: Selection = { name: "overall", tags: scope, limits: sla.overall ?? {} }
  const judgedEndpoints = Object.entries(limitsByEndpoint(sla, called)).map(([name, limits]): Selection => ({
    name,
    tags: `${scope},name:${name}`,
    limits,
  }))
  const seeding: Selection = {
    name: SEED_ENDPOINT,
    tags: `name:${SEED_ENDPOINT}`,
    limits: { severity: "warn" },
  }
  const endpoints = seeded ? judgedEndpoints : [seeding, ...judgedEndpoints]
  return {
    thresholds: Object.fromEntries(
      [overall, ...endpoints].flatMap(({ tags, limits }) => Object.entries(thresholdsFor(tags, limits))),
    ),

    /** The summary as a file, or for somebody who ran k6 by hand; `own` is what the script says of itself. */
    leave(data: K6Summary, title: string, own: Record<string, unknown>): Record<string, string> {
      const { testid, scale, targetUrl, summaryPath } = settings
      const run = {
        testid,
        scenario,
        ...own,
        scale,
        target: targetUrl,
        judged,
        ...summarize(data, overall, endpoints),
      }
      if (summaryPath) return { [summaryPath]: JSON.stringify({ ...data, run }, null, 2) }
      return { stdout: renderText(title, run) }
    },
  }
}
