import type { Builder } from "@grafana/grafana-foundation-sdk/cog"
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard"

/** A row of a dashboard. The widths of its panels fill whole lines of 24 columns. */
export type Row = { title: string; panels: Builder<Panel>[] }
