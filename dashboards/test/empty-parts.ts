import type { Influx, InfluxSeries } from "@saleproof/loadctl/influx/client.ts"

import { dataPanels } from "./grafana/dashboard-json.ts"
import type { Annotation, Dashboard, Panel, Target, Variable } from "./grafana/dashboard-json.ts"
import { ALL, interpolate } from "./grafana/interpolate.ts"
import type { Choice } from "./grafana/interpolate.ts"

/** A panel or variable that shows nothing, or counts on a field that no answer has. */
export type Problem = { where: string; problem: string }

type Context = { variables: Variable[]; influx: Influx; choice: Choice }

/** Asks every variable and every panel of a dashboard, with the choice filled in, and lists what would be empty. */
export async function emptyParts(
  { templating, ...dashboard }: Dashboard,
  influx: Influx,
  choice: Choice,
): Promise<Problem[]> {
  const context = { variables: templating.list, influx, choice }
  const problems: Problem[] = []
  const offered = new Map<string, string[]>()
  for (const variable of templating.list.filter(({ type }) => type === "query")) {
    const offer = await offerOf(variable, context)
    offered.set(variable.name, offer.values)
    problems.push(...offer.problems)
  }
  for (const annotation of dashboard.annotations.list) {
    problems.push(...(await emptyAnnotation(annotation, context)))
  }
  for (const panel of dataPanels({ templating, ...dashboard })) {
    for (const values of repetitions(panel, offered)) {
      const shown = { ...choice, values: { ...choice.values, ...values } }
      problems.push(...(await emptyPanel(panel, { ...context, choice: shown })))
    }
  }
  return problems
}

/** A repeated panel is shown once for each value of its variable. */
function repetitions({ repeat }: Panel, offered: Map<string, string[]>): Record<string, string[]>[] {
  if (repeat === undefined) return [{}]
  return (offered.get(repeat) ?? []).map((value) => ({ [repeat]: [value] }))
}

/** The values a variable stands for; a problem for each chosen one that its query does not offer. */
async function offerOf({ name, query }: Variable, { variables, influx, choice }: Context) {
  const where = `variable ${name}`
  const chosen = [choice.values[name] ?? []].flat()
  const answer = await attempt(influx, () => interpolate(query, variables, choice))
  if ("problem" in answer) return { values: chosen, problems: [{ where, problem: answer.problem }] }
  const offered = answer.series.flatMap(({ values }) => values.map((row) => String(row[1])))
  const isOffered = (value: string): boolean => (value === ALL ? offered.length > 0 : offered.includes(value))
  return {
    values: chosen.includes(ALL) ? offered : chosen,
    problems: chosen
      .filter((value) => !isOffered(value))
      .map((value) => ({ where, problem: `does not offer ${value}` })),
  }
}

async function emptyAnnotation({ name, target }: Annotation, { variables, influx, choice }: Context) {
  const where = `annotation "${name}"`
  const answer = await attempt(influx, () => interpolate(target.query, variables, choice))
  if ("problem" in answer) return [{ where, problem: answer.problem }]
  const [first] = answer.series
  const texts = first ? [...first.columns, ...Object.keys(first.tags)] : []
  const unwritten = texts.includes(target.textColumn) ? [] : [`no column ${target.textColumn}`]
  return [...lacking(answer.series), ...unwritten].map((problem) => ({ where, problem }))
}

async function emptyPanel(panel: Panel, { variables, influx, choice }: Context): Promise<Problem[]> {
  const problems: Problem[] = []
  const names: string[] = []
  for (const target of panel.targets) {
    const where = `panel "${panel.title}", query ${target.refId}`
    const answer = await attempt(influx, () => interpolate(target.query, variables, choice))
    const found = "problem" in answer ? [answer.problem] : lacking(answer.series)
    problems.push(...found.map((problem) => ({ where, problem })))
    if ("series" in answer) names.push(...fieldNames(target, answer.series))
  }
  const dead = fieldsCountedOn(panel).filter((name) => !names.includes(name))
  return [
    ...problems,
    ...dead.map((name) => ({ where: `panel "${panel.title}"`, problem: `no field is called ${name}` })),
  ]
}

async function attempt(
  influx: Influx,
  query: () => string,
): Promise<{ series: InfluxSeries[] } | { problem: string }> {
  try {
    return { series: await influx.query(query()) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** What is missing in an answer: everything, every value of a column, or a tag that no point carries. */
function lacking(series: readonly InfluxSeries[]): string[] {
  const [first] = series
  if (!first) return ["no data"]
  const columns = first.columns.filter(
    (_, index) => index > 0 && !series.some(({ values }) => values.some((row) => row[index] !== null)),
  )
  const tags = Object.keys(first.tags).filter((tag) => !series.some(({ tags }) => tags[tag]))
  return [
    ...columns.map((column) => `${column} has no value`),
    ...tags.map((tag) => `no point has the tag ${tag}`),
  ]
}

/** The names that Grafana gives the fields of an answer. */
function fieldNames({ resultFormat, alias }: Target, series: readonly InfluxSeries[]): string[] {
  return series.flatMap(({ tags, columns }) => {
    const values = columns.slice(1)
    if (resultFormat === "table") return ["Time", ...Object.keys(tags), ...values]
    return alias === undefined ? values : values.map((column) => alias.replaceAll("$col", column))
  })
}

/** The fields that a panel's overrides, renamings and joins count on, by the names that the queries give them. */
function fieldsCountedOn({ fieldConfig, transformations }: Panel): string[] {
  const renamings = transformations.flatMap(({ options }) => Object.entries(options.renameByName))
  // A grouped field carries its reduction in its name: "seconds (sum)".
  const original = (name: string): string =>
    (renamings.find(([, to]) => to === name)?.[0] ?? name).replace(/ \(\w+\)$/, "")
  const overridden = fieldConfig.overrides
    .filter(({ matcher }) => matcher.id === "byName")
    .map(({ matcher }) => String(matcher.options))
  const joined = transformations.flatMap(({ options }) => options.byField ?? [])
  return [...overridden, ...joined, ...renamings.map(([from]) => from)].map(original)
}
