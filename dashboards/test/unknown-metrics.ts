import { dataPanels } from "./grafana/dashboard-json.ts"
import type { Dashboard } from "./grafana/dashboard-json.ts"
import type { Problem } from "./empty-parts.ts"
import type { Seen } from "./exposition.ts"
import { neededBy } from "./promql-names.ts"
import type { Needed } from "./promql-names.ts"

/** Lists every metric, label and label value of a Prometheus dashboard that no process shows. */
export function unknownMetrics(dashboard: Dashboard, seen: Seen): Problem[] {
  const variables = dashboard.templating.list
    .filter(({ type }) => type === "query")
    .flatMap(({ name, query }) => report(`variable ${name}`, unknown([offered(query)], seen)))
  const panels = dataPanels(dashboard).flatMap((panel) =>
    panel.targets.flatMap(({ refId, expr, legendFormat }) => {
      const needed = neededBy(filled(expr, dashboard))
      const legend = [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name = ""]) => ({ name }))
      const withLegend = needed.map(({ metric, labels }) => ({ metric, labels: [...labels, ...legend] }))
      return report(`panel "${panel.title}", query ${refId}`, unknown(withLegend, seen))
    }),
  )
  return [...variables, ...panels]
}

/** `label_values(metric, label)`, the only form that the dashboards use. */
function offered(query: string): Needed {
  const [, metric = query, name = ""] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? []
  return { metric, labels: [{ name }] }
}

/** Grafana's own variables, and "all" for those of the dashboard. Throws for any other. */
function filled(expr: string, { templating }: Dashboard): string {
  const query = expr.replaceAll("$__rate_interval", "20s").replaceAll(/\$(\w+)/g, (left, name: string) => {
    const variable = templating.list.find((known) => known.name === name)
    if (variable?.allValue === undefined) throw new Error(`${left} stands for nothing in ${expr}`)
    return variable.allValue
  })
  return query
}

function unknown(needed: readonly Needed[], seen: Seen): string[] {
  return needed.flatMap(({ metric, labels }) => {
    const known = seen.get(metric)
    if (!known) return [`no process has the metric ${metric}`]
    return labels.flatMap(({ name, value }) => {
      const values = known.get(name)
      if (!values) return [`${metric} has no label ${name}`]
      return value === undefined || values.has(value)
        ? []
        : [`${metric} was never seen with ${name}="${value}"`]
    })
  })
}

const report = (where: string, problems: string[]): Problem[] =>
  [...new Set(problems)].map((problem) => ({ where, problem }))
