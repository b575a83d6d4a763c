import type { Dashboard } from "./grafana/dashboard-json.ts"

/** Every measurement, tag and field that the queries of a dashboard name, once each. */
export function namesInQueries(dashboard: Dashboard): string[] {
  const names = queriesOf(dashboard).flatMap((query) => {
    const own = new Set([...query.matchAll(/ AS "([^"]+)"/g)].map(([, alias]) => alias))
    return [...query.matchAll(/"([^"]+)"/g)].flatMap(([, name]) =>
      name === undefined || own.has(name) ? [] : name,
    )
  })
  return [...new Set(names)].toSorted()
}

/** The dashboard as if the points now had another name for something. */
export function withRenamed(dashboard: Dashboard, name: string): Dashboard {
  const rename = (query: string): string => query.replaceAll(`"${name}"`, `"${name}_renamed"`)
  return {
    ...dashboard,
    templating: {
      list: dashboard.templating.list.map((known) => ({ ...known, query: rename(known.query) })),
    },
    annotations: {
      list: dashboard.annotations.list.map((known) => ({
        ...known,
        target: { ...known.target, query: rename(known.target.query) },
      })),
    },
    panels: dashboard.panels.map((panel) => ({
      ...panel,
      targets: panel.targets.map((target) => ({ ...target, query: rename(target.query) })),
    })),
  }
}

function queriesOf({ templating, annotations, panels }: Dashboard): string[] {
  return [
    ...annotations.list.map(({ target }) => target.query),
    ...templating.list.filter(({ type }) => type === "query").map(({ query }) => query),
    ...panels.flatMap(({ targets }) => targets.map(({ query }) => query)),
  ]
}
