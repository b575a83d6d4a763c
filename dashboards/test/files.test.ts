import { readFileSync } from "node:fs"
import { basename } from "node:path"

import { describe, expect, it } from "vitest"

import { dashboardFiles } from "../src/files.ts"
import { dataPanels, parseDashboard } from "./grafana/dashboard-json.ts"

// What Grafana 10 has and 13 still has; graph, singlestat and table-old were Angular.
const PANEL_TYPES = ["bargauge", "heatmap", "row", "stat", "state-timeline", "table", "timeseries", "trend"]

describe.each(dashboardFiles().map(({ file, text }) => ({ name: basename(file), file, text })))(
  "$name",
  ({ file, text }) => {
    const dashboard = parseDashboard(text)
    const panels = dataPanels(dashboard)

    it("is what `npm run dashboards` makes", () => {
      expect(readFileSync(file, "utf8")).toBe(text)
    })

    it("has only panels of Grafana 10 to 13", () => {
      expect(dashboard.schemaVersion).toBe(38)
      for (const { type } of dashboard.panels) expect(PANEL_TYPES).toContain(type)
    })

    it("says in every panel what it shows and what a bad value means", () => {
      const undocumented = panels.filter(
        ({ description = "" }) => !/\.\n\n\*\*Bad:\*\* .+\.$/.test(description),
      )
      expect(undocumented.map(({ title }) => title)).toEqual([])
    })

    it("gives every panel an id and a place of its own", () => {
      expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
      const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
      )
      expect(new Set(cells).size).toBe(cells.length)
      expect(panels.filter(({ gridPos }) => gridPos.x + gridPos.w > 24).map(({ title }) => title)).toEqual([])
    })

    it("never makes a mean of percentiles", () => {
      const queries = panels.flatMap(({ targets }) => targets.map(({ query }) => query))
      const other = /percentile\((?!"value")|(mean|median)\((?!"value")/
      expect(queries.filter((query) => other.test(query))).toEqual([])
      expect(text).not.toMatch(/"calcs": \[\s*"(mean|median)"/)
    })
  },
)
