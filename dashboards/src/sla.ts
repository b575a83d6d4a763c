import { readFileSync } from "node:fs"

import { resolveSla } from "@saleproof/sla/resolve.ts"
import type { EndpointSla } from "@saleproof/sla/resolve.ts"
import { SlaInput } from "@saleproof/sla/schema.ts"
import { parse } from "yaml"
import { z } from "zod"

/** What a group of endpoints owes: latency in ms at the 95th percentile, and the share of requests that may fail. */
export type Limit = {
  p95Ms: number
  errorRate: number
  minSamples: number
  /** The endpoints it is for, by k6's `name` tag; null for every endpoint without a limit of its own. */
  names: string[] | null
}

export type Sla = { overall: Limit; each: Limit; own: Limit[] }

const File = z.object({ sla: SlaInput })

/** Reads the `sla` part of a loadctl.yaml. Throws when `each` or `overall` names no p95. */
export function readSla(file: string): Sla {
  const sla = resolveSla(File.parse(parse(readFileSync(file, "utf8"))).sla)
  const each = limitOf(sla.each, null)
  const own = Object.entries(sla.endpoints)
    .map(([name, endpoint]) => limitOf(endpoint, [name]))
    .filter((limit) => keyOf(limit) !== keyOf(each))
  return { overall: limitOf(sla.overall, null), each, own: merged(own) }
}

/** One limit for all endpoints that owe the same. */
function merged(limits: readonly Limit[]): Limit[] {
  return [...Map.groupBy(limits, keyOf).values()].flatMap((group) =>
    group.slice(0, 1).map((limit) => ({ ...limit, names: group.flatMap(({ names }) => names ?? []) })),
  )
}

const keyOf = ({ p95Ms, errorRate, minSamples }: Limit): string => [p95Ms, errorRate, minSamples].join()

function limitOf({ latency, errorRate, minSamples }: EndpointSla, names: string[] | null): Limit {
  if (!latency.p95) throw new Error("The sla of loadctl.yaml needs a p95 under each and overall.")
  return { p95Ms: latency.p95.limit, errorRate: errorRate.limit, minSamples, names }
}
