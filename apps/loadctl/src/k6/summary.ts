import { z } from "zod"

/** One metric of k6, whichever shape it came in. Keys: count, rate, value, matches, total, avg, min, med, p95, ... */
type K6Metric = {
  values: Record<string, number>
  thresholds: Record<string, { ok: boolean }>
  /** A figure of it is Infinity or NaN. */
  notFinite?: boolean
}

/** k6's end-of-test summary in one form. */
export type K6Summary = {
  shape: "handleSummary" | "summary-export" | "machine-readable"
  /** By k6's own name, sub-metrics included: `http_req_duration{name:5_create_order}`. */
  metrics: Record<string, K6Metric>
  checks: { name: string; passes: number; fails: number }[]
  durationMs: number | null
}

// JSON has no Infinity and no NaN: k6 writes null.
const Numbers = z.record(z.string(), z.number().nullable())

const Check = z.object({ name: z.string(), passes: z.number(), fails: z.number() })
type Group = { name: string; checks: z.infer<typeof Check>[]; groups: Group[] }
const listOrMap = <T extends z.ZodType>(item: T) =>
  z.union([z.array(item), z.record(z.string(), item).transform((map) => Object.values(map))])
const Group: z.ZodType<Group> = z.lazy(() =>
  z.object({
    name: z.string().default(""),
    checks: listOrMap(Check).default([]),
    groups: listOrMap(Group).default([]),
  }),
)

const HandleSummary = z.object({
  root_group: Group,
  state: z.object({ testRunDurationMs: z.number() }),
  metrics: z.record(
    z.string(),
    z.object({
      values: Numbers,
      thresholds: z.record(z.string(), z.object({ ok: z.boolean() })).default({}),
    }),
  ),
})

const SummaryExport = z.object({
  root_group: Group,
  metrics: z.record(
    z.string(),
    z.object({ thresholds: z.record(z.string(), z.boolean()).default({}) }).catchall(z.number().nullable()),
  ),
})

const MachineReadable = z.object({
  version: z.string().optional(),
  config: z.object({ duration: z.number() }),
  results: z.object({
    checks: z.object({ results: z.array(Check) }).optional(),
    metrics: z.array(z.object({ name: z.string(), values: Numbers })),
  }),
})

/**
 * Reads any of the three summaries that k6 2.x can write and makes them one: the `data` of handleSummary, the file
 * of --summary-export (where a threshold's `true` means that it FAILED), and the machine-readable one (which has no
 * thresholds and no p99). Throws when it is none of them.
 */
export function parseSummary(json: unknown): K6Summary {
  const summary = readShape(json)
  return summary.checks.length > 0 ? summary : { ...summary, checks: namelessChecks(summary.metrics) }
}

function readShape(json: unknown): K6Summary {
  const machine = MachineReadable.safeParse(json)
  if (machine.success) return fromMachineReadable(machine.data)
  const own = HandleSummary.safeParse(json)
  if (own.success) return fromHandleSummary(own.data)
  return fromSummaryExport(SummaryExport.parse(json))
}

function fromHandleSummary(data: z.infer<typeof HandleSummary>): K6Summary {
  return {
    shape: "handleSummary",
    metrics: mapValues(data.metrics, ({ values, thresholds }) => ({
      ...normalize(values),
      thresholds,
    })),
    checks: allChecks(data.root_group),
    durationMs: data.state.testRunDurationMs,
  }
}

function fromSummaryExport(data: z.infer<typeof SummaryExport>): K6Summary {
  return {
    shape: "summary-export",
    metrics: mapValues(data.metrics, ({ thresholds, ...values }) => ({
      ...normalize(values),
      thresholds: mapValues(thresholds, (failed) => ({ ok: !failed })),
    })),
    checks: allChecks(data.root_group),
    durationMs: null,
  }
}

function fromMachineReadable(data: z.infer<typeof MachineReadable>): K6Summary {
  const metrics = data.results.metrics.map(
    ({ name, values }) => [name, { ...normalize(values), thresholds: {} }] as const,
  )
  return {
    shape: "machine-readable",
    metrics: Object.fromEntries(metrics),
    checks: data.results.checks?.results ?? [],
    durationMs: data.config.duration * 1_000,
  }
}

/** One name for each figure: p(95) → p95; a rate's passes and fails → matches, total and rate. */
function normalize(written: Record<string, number | null>): Pick<K6Metric, "values" | "notFinite"> {
  const entries = Object.entries(written).flatMap(([key, value]) =>
    value === null ? [] : [[key.replace(/^p\(([\d.]+)\)$/, "p$1"), value] as const],
  )
  const values: Record<string, number> = Object.fromEntries(entries)
  const notFinite = Object.values(written).includes(null)
  const { passes, fails } = values
  if (passes === undefined || fails === undefined) return { values, notFinite }
  const total = passes + fails
  return { values: { matches: passes, total, rate: total === 0 ? 0 : passes / total }, notFinite }
}

/** Without the system tag `group` k6 forgets which checks there were, but not how many of them held. */
function namelessChecks(metrics: K6Summary["metrics"]): K6Summary["checks"] {
  const { matches = 0, total = 0 } = metrics["checks"]?.values ?? {}
  return total === 0
    ? []
    : [{ name: "checks of which k6 kept no names", passes: matches, fails: total - matches }]
}

/** One row each: where groups have checks of one name, theirs are named with the group. */
function allChecks(root: Group): K6Summary["checks"] {
  const found = checksBelow(root, [])
  const byName = Map.groupBy(found, ({ name }) => name)
  return found.map(({ groups, name, passes, fails }) => {
    const isAlone = byName.get(name)?.length === 1
    return { name: isAlone ? name : [...groups, name].join(" > "), passes, fails }
  })
}

type CheckInGroup = z.infer<typeof Check> & { groups: string[] }

function checksBelow({ checks, groups }: Group, path: string[]): CheckInGroup[] {
  return [
    ...checks.map((check) => ({ ...check, groups: path })),
    ...groups.flatMap((group) => checksBelow(group, [...path, group.name])),
  ]
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
