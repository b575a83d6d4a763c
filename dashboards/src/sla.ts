import { readFileSync } from "node:fs"

import { parse } from "yaml"

/** What a group of endpoints owes: latency in ms at the 95th percentile, and the share of requests that may fail. */
export type Limit = {
  p95Ms: number
  errorRate: number
  minSamples: number
  /** The endpoints it is for, by k6's `name` tag; null for every endpoint without a limit of its own. */
  names: string[] | null
}

export type Sla = { overall: Limit; each: Limit; own: Limit[] }

type Raw = Record<string, unknown>

/** Reads the `sla` part of a loadctl.yaml. Throws when `each` or `overall` names no p95. */
export function readSla(file: string): Sla {
  const sla = fields(fields(parse(readFileSync(file, "utf8"))).sla)
  const each = limitOf(fields(sla.each), null)
  const own = Object.entries(fields(sla.endpoints))
    .map(([name, raw]) => limitOf({ ...fields(sla.each), ...fields(raw) }, [name]))
    .filter((limit) => !sameLimit(limit, each))
  return { overall: limitOf(fields(sla.overall), null), each, own: merged(own) }
}

/** One limit for all endpoints that owe the same. */
function merged(limits: readonly Limit[]): Limit[] {
  const groups: Limit[] = []
  for (const limit of limits) {
    const group = groups.find((known) => sameLimit(known, limit))
    if (group) group.names = [...(group.names ?? []), ...(limit.names ?? [])]
    else groups.push({ ...limit })
  }
  return groups
}

function sameLimit(a: Limit, b: Limit): boolean {
  return a.p95Ms === b.p95Ms && a.errorRate === b.errorRate && a.minSamples === b.minSamples
}

function limitOf(raw: Raw, names: string[] | null): Limit {
  const p95Ms = amount(raw.p95)
  if (p95Ms === undefined) throw new Error("The sla of loadctl.yaml needs a p95 under each and overall.")
  return {
    p95Ms,
    errorRate: amount(raw.errorRate) ?? 0,
    minSamples: amount(raw.minSamples) ?? 1,
    names,
  }
}

/** A limit is a number, or `{limit, level}`. */
function amount(value: unknown): number | undefined {
  const plain = typeof value === "number" ? value : fields(value).limit
  return typeof plain === "number" ? plain : undefined
}

function fields(value: unknown): Raw {
  return typeof value === "object" && value !== null ? { ...value } : {}
}
