import { PanelBuilder as BarGauge } from "@grafana/grafana-foundation-sdk/bargauge"
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog"
import * as common from "@grafana/grafana-foundation-sdk/common"
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard"
import type { PanelBuilder as Heatmap } from "@grafana/grafana-foundation-sdk/heatmap"
import { PanelBuilder as Stat } from "@grafana/grafana-foundation-sdk/stat"
import type { PanelBuilder as StateTimeline } from "@grafana/grafana-foundation-sdk/statetimeline"
import { PanelBuilder as Table } from "@grafana/grafana-foundation-sdk/table"
import { PanelBuilder as Timeseries } from "@grafana/grafana-foundation-sdk/timeseries"
import type { PanelBuilder as Trend } from "@grafana/grafana-foundation-sdk/trend"

/** Title, description, unit and size of a panel. `size` is [columns of 24, rows]. */
export type PanelSpec = {
  title: string
  shows: string
  /** What a bad value looks like, and what it means. */
  bad: string
  unit?: string
  /** A third of the width unless it is said. */
  size?: [number, number]
  /** Shown instead of "No data" where nothing is good news. */
  noValue?: string
  queries: Query[]
}

/** A panel over time: `limit` is a line, red above it; `stacked` puts its series on each other. */
export type TimeseriesSpec = PanelSpec & { limit?: number; stacked?: boolean }

export type Query = Builder<Dataquery>
type AnyPanel = Stat | Table | Timeseries | BarGauge | Heatmap | StateTimeline | Trend

export const GREEN = "green"
export const RED = "red"
export const ORANGE = "orange"

/** Green below the limit, red from it on. */
export function redFrom(value: number): Builder<dashboard.ThresholdsConfig> {
  return steps([
    { value: null, color: GREEN },
    { value, color: RED },
  ])
}

export function steps(list: dashboard.Threshold[]): Builder<dashboard.ThresholdsConfig> {
  return new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(list)
}

export function timeseries({ limit, stacked = false, ...spec }: TimeseriesSpec): Timeseries {
  const panel = applySpec(new Timeseries(), spec)
    .interval("1s")
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(common.VisibilityMode.Auto)
    .spanNulls(false)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
    .legend(legend())
  if (stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
  if (limit === undefined) return panel
  const asLine = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Line)
  return panel.thresholds(redFrom(limit)).thresholdsStyle(asLine)
}

// No "mean" here: the mean of percentiles is a number about nothing.
export function legend(): common.VizLegendOptionsBuilder {
  return new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([])
}

export function stat(spec: PanelSpec): Stat {
  return applySpec(new Stat(), spec)
    .reduceOptions(lastValue())
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
}

export function barGauge(spec: PanelSpec): BarGauge {
  return applySpec(new BarGauge(), spec)
    .reduceOptions(lastValue())
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
}

function lastValue(): common.ReduceDataOptionsBuilder {
  return new common.ReduceDataOptionsBuilder().values(false).calcs(["lastNotNull"]).fields("")
}

/** InfluxDB answers every table with a time column that means nothing where no time is grouped by. */
export function table(spec: PanelSpec): Table {
  return applySpec(new Table(), spec).overrideByName("Time", [
    { id: "custom.hidden", value: true },
    { id: "custom.hideFrom.viz", value: true },
  ])
}

/** A number of a table that is red from 1 on. */
export const RED_FROM_ONE = [
  { id: "custom.cellOptions", value: { type: "color-text" } },
  { id: "thresholds", value: redFrom(1).build() },
]

/** Applies a spec and adds the queries. */
export function applySpec<Panel extends AnyPanel>(panel: Panel, spec: PanelSpec): Panel {
  const [width, height] = spec.size ?? [8, 8]
  panel.title(spec.title).description(`${spec.shows}\n\n**Bad:** ${spec.bad}`).span(width).height(height)
  if (spec.unit !== undefined) panel.unit(spec.unit)
  if (spec.noValue !== undefined) panel.noValue(spec.noValue)
  for (const query of spec.queries) panel.withTarget(query)
  return panel
}
