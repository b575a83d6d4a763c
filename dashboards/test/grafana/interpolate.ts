import { escapeRegex } from "../../src/influxql.ts"
import type { Variable } from "./dashboard-json.ts"

export const ALL = "$__all"

/** What a person has chosen on a dashboard: variables by name (a list where many may be chosen), range in epoch ms. */
export type Choice = {
  values: Record<string, string | string[]>
  range: { from: number; to: number }
  intervalMs: number
}

const anyOf = (values: string[]): string => `(${values.map(escapeRegex).join("|")})`
const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`\'`)}'`

const FORMATS = new Map<string, (values: string[]) => string>([
  ["regex", (values) => (values.length === 1 ? values.map(escapeRegex).join("") : anyOf(values))],
  ["singlequote", (values) => values.map(quoted).join(",")],
])

/** Fills variables and macros into a query as Grafana does. Throws for whatever Grafana would leave in it. */
export function interpolate(query: string, variables: readonly Variable[], choice: Choice): string {
  const { from, to } = choice.range
  const filled = query
    .replaceAll(/\$\{(\w+)(?::(\w+))?\}/g, (_, name: string, format?: string) => {
      const variable = variables.find((known) => known.name === name)
      if (!variable) throw new Error(`there is no variable ${name}`)
      return formatted(variable, choice.values[name], format)
    })
    .replaceAll("$timeFilter", `time >= ${from}ms and time <= ${to}ms`)
    .replaceAll("$__interval_ms", String(choice.intervalMs))
    .replaceAll("$__interval", `${choice.intervalMs}ms`)
  const left = /\$[\w{]+/.exec(filled)
  if (left) throw new Error(`Grafana leaves ${left[0]} in the query`)
  return filled
}

function formatted(
  variable: Variable,
  chosen: string | string[] = [],
  format = "the data source's own",
): string {
  // A custom "all" goes in as it is, whatever the format.
  if (chosen === ALL && variable.allValue !== undefined) return variable.allValue
  if (chosen.length === 0 || (Array.isArray(chosen) && !variable.multi)) {
    throw new Error(`${variable.name} cannot be ${JSON.stringify(chosen)}`)
  }
  const apply = FORMATS.get(format)
  if (!apply) throw new Error(`${variable.name} is filled in with the format ${format}`)
  return apply([chosen].flat())
}
