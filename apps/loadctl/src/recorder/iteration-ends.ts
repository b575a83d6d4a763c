import { open } from "node:fs/promises"

import { CHUNK, HEADER_BYTES, decodeHeader, createDecoder } from "./format.ts"
import { countRows, eachChunk, readAt } from "./read.ts"

/** When the last `count` iterations of a recording ended, ms since 1970, the latest first. */
export async function lastIterationEnds(file: string, count: number): Promise<number[]> {
  if (count === 0) return []
  await using handle = await open(file)
  const epochS = decodeHeader(await readAt(handle, 0, HEADER_BYTES))
  const { entries } = await countRows(handle)
  const isIteration = entries.map(({ metric }) => metric === "iteration_duration")
  let ends: number[] = []
  const decode = createDecoder()
  await eachChunk(handle, ({ kind, rows }, payload) => {
    if (kind !== CHUNK.samples) return
    const { ns, series } = decode(payload, rows)
    for (const [row, id] of series.entries()) if (isIteration[id]) ends.push(ns[row]!)
    ends = ends.toSorted((a, b) => b - a).slice(0, count)
  })
  return ends.map((ns) => epochS * 1e3 + ns / 1e6)
}
