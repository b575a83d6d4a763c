import { redactUrl } from "../machine/redact.ts"
import { seenInstead } from "../sla/seen.ts"
import { labelsIn, namesIn, parseSelector } from "./exposition.ts"
import type { Scrape } from "./exposition.ts"
import type { Reading } from "./signals.ts"

/** Why a metric was never read, by what its process showed; `url` is null where none is configured. */
export function unreadText(
  { metric, as, from }: Reading,
  { url, scrape }: { url: string | null; scrape: Scrape | null },
): string {
  if (url === null) return `loadctl.yaml names no ${from === "api" ? "metrics.path" : "metrics.worker"}.`
  if (scrape === null) return `${redactUrl(url)} showed no metrics.`
  const { name, labels } = parseSelector(metric)
  const names = namesIn(scrape)
  const wanted = as === "mean" ? `${name}_count` : name
  if (!names.includes(wanted)) return `no metric is named ${wanted}.${seenInstead(wanted, names, "metrics")}`
  const written = labelsIn(scrape, wanted)
  if (labels.size > 0)
    return `${metric} has no series.${seenInstead(metric.slice(name.length), written, "labels of it")}`
  return as === "mean" ? `${name} observed nothing.` : `${name} was read only once.`
}
