import type { MetricRule, SlaInput } from "@saleproof/sla/schema.ts"

type Layer = { sla?: SlaInput | undefined }

type Layered = {
  sla: SlaInput
  scenarios: Record<string, Layer>
  personas: Record<string, Layer>
  variants: Record<string, Layer>
}

/** The rules on metrics of every layer, each with its place in the file. */
export function metricRulesOf({ sla, ...layers }: Layered): [string[], MetricRule[]][] {
  const { scenarios, personas, variants } = layers
  const overlays = Object.entries({ scenarios, personas, variants }).flatMap(([kind, named]) =>
    Object.entries(named).map(([name, layer]): [string[], SlaInput | undefined] => [
      [kind, name, "sla", "metrics"],
      layer.sla,
    ]),
  )
  const all: [string[], SlaInput | undefined][] = [[["sla", "metrics"], sla], ...overlays]
  return all.map(([place, layer]) => [place, layer?.metrics ?? []])
}

/** What the file does not say, though the rule needs it; null where nothing is missing. */
export function missingSource(
  rule: MetricRule,
  config: { prometheus?: unknown; metrics?: { worker?: string | undefined } | undefined },
): string | null {
  if ("query" in rule) return config.prometheus ? null : "a query needs prometheus: {url}"
  if (!config.metrics) return "a metric needs metrics: {path}, where the target shows it"
  return rule.from === "worker" && !config.metrics.worker ? "from: worker needs metrics.worker" : null
}
