import { open } from "node:fs/promises"

import { CHUNK, HEADER_BYTES, decodeHeader, createDecoder } from "./format.ts"
import { countRows, eachChunk, readAt } from "./read.ts"

export type IterationEnds = {
  /** When the last iterations ended, ms since 1970, the latest first. */
  last: number[]
  /** The latest of each scenario. */
  byScenario: ReadonlyMap<string, number>
}

/** When the last `count` iterations of a recording ended. */
export async function lastIterationEnds(file: string, count: number): Promise<IterationEnds> {
  const byScenario = new Map<string, number>()
  if (count === 0) return { last: [], byScenario }
  await using handle = await open(file)
  const epochS = decodeHeader(await readAt(handle, 0, HEADER_BYTES))
  const { entries } = await countRows(handle)
  const scenarioOf = entries.map(({ metric, tags }) =>
    metric === "iteration_duration" ? (tags["scenario"] ?? "") : undefined,
  )
  const timeOf = (ns: number): number => epochS * 1e3 + ns / 1e6
  let ends: number[] = []
  const decode = createDecoder()
  await eachChunk(handle, ({ kind, rows }, payload) => {
    if (kind !== CHUNK.samples) return
    const { ns, series } = decode(payload, rows)
    for (const [row, id] of series.entries()) {
      const scenario = scenarioOf[id]
      if (scenario === undefined) continue
      ends.push(ns[row]!)
      byScenario.set(scenario, Math.max(byScenario.get(scenario) ?? -Infinity, timeOf(ns[row]!)))
    }
    ends = ends.toSorted((a, b) => b - a).slice(0, count)
  })
  return { last: ends.map(timeOf), byScenario }
}
