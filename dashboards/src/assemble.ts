import type { Builder } from "@grafana/grafana-foundation-sdk/cog"
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common"
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard"

import type { Row } from "./row.ts"

// Of Grafana 10, the oldest these are for; newer ones migrate a dashboard as they load it.
const SCHEMA_VERSION = 38

export type Parts = {
  uid: string
  title: string
  description: string
  datasource: DataSourceRef
  refreshIntervals: string[]
  variables: Builder<dashboard.VariableModel>[]
  annotations?: Builder<dashboard.AnnotationQuery>[]
  links: { title: string; uid: string }[]
  rows: Row[]
}

/** Lays the rows out, and gives panels and queries the ids that make the JSON the same every time. */
export function assemble(parts: Parts): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(parts.title)
    .uid(parts.uid)
    .description(parts.description)
    .tags(["saleproof"])
    .editable()
    .timezone("browser")
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: "now-15m", to: "now" })
    .timepicker(new dashboard.TimePickerBuilder().refreshIntervals(parts.refreshIntervals))
    .variables(parts.variables)
    .annotations(parts.annotations ?? [])
    .links(parts.links.map(linkTo))
  for (const { title, panels } of parts.rows) {
    builder.withRow(new dashboard.RowBuilder(title))
    for (const panel of panels) builder.withPanel(panel)
  }
  const built = builder.build()
  for (const [index, panel] of (built.panels ?? []).entries()) identify(panel, index + 1, parts.datasource)
  return { ...built, id: null, schemaVersion: SCHEMA_VERSION }
}

function identify(panel: dashboard.Panel | dashboard.RowPanel, id: number, datasource: DataSourceRef): void {
  panel.id = id
  if (!("targets" in panel)) return
  panel.datasource = datasource
  for (const [index, target] of (panel.targets ?? []).entries()) {
    Object.assign(target, { refId: String.fromCodePoint(65 + index) })
  }
}

function linkTo({ title, uid }: { title: string; uid: string }): Builder<dashboard.DashboardLink> {
  return new dashboard.DashboardLinkBuilder(title)
    .type(dashboard.DashboardLinkType.Link)
    .url(`/d/${uid}`)
    .icon("external link")
    .keepTime(true)
}
