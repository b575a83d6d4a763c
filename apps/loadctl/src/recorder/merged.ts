import { open } from "node:fs/promises"

import type { KeptMetric } from "./dictionary.ts"
import { CHUNK, createDecoder } from "./format.ts"
import { countRows, eachChunk } from "./read.ts"

/**
 * How many samples of each metric InfluxDB keeps no point of: those whose tags and time are equal to those of another.
 */
export async function countMerged(file: string): Promise<Record<KeptMetric, number>> {
  await using handle = await open(file)
  const { entries, counts } = await countRows(handle)
  const times = entries.map(({ id }) => ({ ns: new Float64Array(counts[id] ?? 0), next: 0 }))
  const decode = createDecoder()
  await eachChunk(handle, ({ kind, rows }, payload) => {
    if (kind !== CHUNK.samples) return
    const { ns, series } = decode(payload, rows)
    for (const [row, id] of series.entries()) {
      const own = times[id]!
      own.ns[own.next] = ns[row]!
      own.next += 1
    }
  })
  const merged = {
    http_req_duration: 0,
    iteration_duration: 0,
    checks: 0,
    grpc_req_duration: 0,
    ws_connecting: 0,
    ws_session_duration: 0,
  }
  for (const { id, metric } of entries) merged[metric] += repeats(times[id]!.ns)
  return merged
}

function repeats(times: Float64Array): number {
  const sorted = times.toSorted()
  let repeated = 0
  for (let index = 1; index < sorted.length; index += 1)
    if (sorted[index] === sorted[index - 1]) repeated += 1
  return repeated
}
