import type { Panel, Target } from "../grafana/dashboard-json.ts"
import type { Series } from "../grafana/influx.ts"

export type Line = { name: string; points: [x: number, y: number | null][] }
export type Ask = (query: string) => Promise<Series[]>

/** The lines of a panel over time (ms), or of a trend over its seconds. */
export async function linesOf(panel: Panel, ask: Ask): Promise<Line[]> {
  const answers = await Promise.all(
    panel.targets.map(async (target) => ({ target, series: await ask(target.query) })),
  )
  return panel.type === "trend"
    ? answers.flatMap(({ series }) => series.map(overSeconds))
    : answers.flatMap(({ target, series }) => series.flatMap((one) => overTime(target, one)))
}

function overTime({ alias = "$col" }: Target, { tags, columns, values }: Series): Line[] {
  return columns.slice(1).map((column, index) => ({
    name: alias.replaceAll(/\$tag_(\w+)/g, (_, tag: string) => tags[tag] ?? "").replaceAll("$col", column),
    points: values.map((row) => [Number(row[0]), numberOrNull(row[index + 1])]),
  }))
}

/** The panel's own transformations: the two rows of a second become one, and the first second is 0. */
function overSeconds({ columns, values }: Series): Line {
  const bySecond = new Map<number, number | null>()
  const times = new Map<number, { x: number; y: number | null }>()
  for (const [time, seconds, value] of values) {
    const point = times.get(Number(time)) ?? { x: 0, y: null }
    times.set(Number(time), { x: point.x + Number(seconds ?? 0), y: numberOrNull(value) ?? point.y })
  }
  for (const { x, y } of times.values()) bySecond.set(x, y)
  return { name: columns[2] ?? "", points: [...bySecond] }
}

const numberOrNull = (value: unknown): number | null => (typeof value === "number" ? value : null)
