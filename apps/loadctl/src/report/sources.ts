import { countText, msText, shareText } from "../sla/text.ts"
import type { Reconciled } from "../stats/model.ts"
import type { RunReport } from "./model.ts"

/** Who was asked, and how well they agree. */
export function sourcesText({ sources }: Pick<RunReport, "sources">): string {
  if (!sources) return "nothing was measured"
  const [all] = sources.reconciliation
  if (sources.recorder) return recorderText(sources.recorder, all)
  if (sources.source === "k6") return "k6's summary alone"
  if (sources.instances)
    return `InfluxDB alone, written by ${countText(sources.instances.length, "k6 instance")}`
  if (!all) return "InfluxDB alone; k6 left no summary"
  const { influxN, k6N, influxP95, k6P95 } = all
  return (
    `InfluxDB ${countOf(influxN)} requests, k6 ${countOf(k6N)} (${differenceText(influxN, k6N)}); ` +
    `p95 of all ${msText(influxP95)} and ${msText(k6P95)} ms`
  )
}

type Recorder = NonNullable<NonNullable<RunReport["sources"]>["recorder"]>

function recorderText({ requests, merged }: Recorder, all: Reconciled | undefined): string {
  const others = [
    all ? `k6 ${countOf(all.k6N)} (${differenceText(all.k6N, requests)})` : "not compared with k6's summary",
    ...(all && all.influxN !== null
      ? [`InfluxDB ${countOf(all.influxN)} (${mergedText(merged) ?? differenceText(all.influxN, requests)})`]
      : []),
  ]
  const p95s = all ? `; p95 of all ${msText(all.recordedP95 ?? null)} and ${msText(all.k6P95)} ms` : ""
  return `${countText(requests, "request")} recorded, ${others.join(", ")}${p95s}`
}

function mergedText(merged: number): string | null {
  return merged === 0 ? null : `${countOf(merged)} merged`
}

function differenceText(one: number | null, other: number | null): string {
  const off = one === null || !other ? 0 : (one - other) / other
  if (off === 0) return one === other ? "the same" : "not the same"
  return `${off > 0 ? "+" : ""}${shareText(off)}`
}

/** A count with its thousands apart; a dash where it is unknown. */
export function countOf(count: number | null | undefined): string {
  return count == null ? "–" : count.toLocaleString("en-US")
}
