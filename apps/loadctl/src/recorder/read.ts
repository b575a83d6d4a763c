import { open } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"

import { z } from "zod"

import { describeOther, describeTags, isOtherMetric } from "./tags.ts"
import { KEPT } from "./dictionary.ts"
import type { SeriesEntry } from "./dictionary.ts"
import {
  CHUNK,
  CHUNK_HEADER_BYTES,
  HEADER_BYTES,
  createDecoder,
  decodeChunkHeader,
  decodeHeader,
  isIntact,
} from "./format.ts"
import type { ChunkHeader, Columns } from "./format.ts"
import type { RecordedTotals, SampleSeries } from "./recording.ts"
import { foldNames } from "./url-pattern.ts"

/** What a recording's file holds, before anything is selected. */
export type Recording = {
  /** The requests, by everything that they are judged by. */
  samples: SampleSeries[]
  /** What k6 timed besides, each with its metric. */
  others: SampleSeries[]
  /** Rows that stand for several URLs, because the script gave those requests no name. */
  folded: { name: string; urls: number }[]
  /** Null where the recorder did not come to its end. */
  totals: RecordedTotals | null
}

const Entries = z.array(
  z.object({ id: z.int(), metric: z.enum(KEPT), tags: z.record(z.string(), z.string()) }),
)
const Totals = z.object({
  requests: z.int(),
  failed: z.object({ n: z.int(), matches: z.int() }),
  iterations: z.int(),
  dropped: z.int(),
  checks: z.array(z.object({ name: z.string(), passes: z.int(), fails: z.int() })),
  iterationDurations: z.array(z.object({ scenario: z.string(), n: z.int(), longestMs: z.number() })),
  points: z.record(z.string(), z.int()),
  folded: z.int(),
  unjudged: z.array(z.int()).optional(),
})

/**
 * The requests of a recording; of one that ends early, those up to there. Throws for a file that is none.
 *
 * @param named names of the SLA, which stay what they are also where they are URLs
 */
export async function readRecording(file: string, named: Iterable<string>): Promise<Recording> {
  await using handle = await open(file)
  const epochS = decodeHeader(await readAt(handle, 0, HEADER_BYTES))
  // Twice over the file: its columns are filled in place, so that they are in memory only once.
  const { entries, counts, totals } = await countRows(handle)
  const unjudged = new Set(totals?.unjudged)
  const requests = entries.flatMap(({ id, metric, tags }) =>
    metric === "http_req_duration" ? [{ id, facts: describeTags(tags, { judged: !unjudged.has(id) }) }] : [],
  )
  const rows = foldNames(
    requests.map(({ facts }) => facts.name),
    new Set(named),
  )
  const described = requests.map(({ id, facts }) => ({
    id,
    facts: { ...facts, name: rows.get(facts.name)! },
  }))
  const others = entries.flatMap(({ id, metric, tags }) =>
    isOtherMetric(metric) ? [{ id, facts: describeOther(metric, tags) }] : [],
  )
  const groups = groupRequests([...described, ...others], counts)
  const decode = createDecoder()
  await eachChunk(handle, ({ kind, rows: length }, payload) => {
    if (kind === CHUNK.samples) groups.fill(decode(payload, length), epochS)
  })
  const [samples, rest] = [
    groups.samples.filter(({ metric }) => !metric),
    groups.samples.filter(({ metric }) => metric),
  ]
  return { samples, others: rest, folded: foldedRows(rows), totals }
}

function foldedRows(rows: ReadonlyMap<string, string>): Recording["folded"] {
  return [...Map.groupBy(rows.keys(), (name) => rows.get(name)!)].flatMap(([name, urls]) =>
    urls.length > 1 ? [{ name, urls: urls.length }] : [],
  )
}

/** The series of a recording, how many samples each has, and the recorder's last word. */
export async function countRows(handle: FileHandle) {
  const entries: SeriesEntry[] = []
  const counts: number[] = []
  const totals: RecordedTotals[] = []
  const decode = createDecoder()
  await eachChunk(handle, ({ kind, rows }, payload) => {
    if (kind === CHUNK.series) entries.push(...Entries.parse(JSON.parse(payload.toString())))
    else if (kind === CHUNK.end) totals.push(Totals.parse(JSON.parse(payload.toString())))
    else countIds(decode(payload, rows).series, counts)
  })
  return { entries, counts, totals: totals.at(-1) ?? null }
}

function countIds(ids: Uint32Array, counts: number[]): void {
  for (let row = 0; row < ids.length; row += 1) counts[ids[row]!] = (counts[ids[row]!] ?? 0) + 1
}

type Described = { id: number; facts: Omit<SampleSeries, "at" | "ms"> }

/** Requests whose tags are judged alike go into one series. */
function groupRequests(described: readonly Described[], counts: readonly number[]) {
  const targets: { series: SampleSeries; next: number }[] = []
  const targetOf: (number | undefined)[] = []
  for (const members of Map.groupBy(described, ({ facts }) => JSON.stringify(facts)).values()) {
    const length = members.reduce((sum, { id }) => sum + (counts[id] ?? 0), 0)
    for (const { id } of members) targetOf[id] = targets.length
    const columns = { at: new Float64Array(length), ms: new Float64Array(length) }
    targets.push({ series: { ...members[0]!.facts, ...columns }, next: 0 })
  }
  return {
    samples: targets.map(({ series }) => series),
    fill({ ns, values, series: ids }: Columns, epochS: number): void {
      for (let row = 0; row < ids.length; row += 1) {
        const index = targetOf[ids[row]!]
        if (index === undefined) continue
        const target = targets[index]!
        target.series.at[target.next] = epochS * 1e3 + ns[row]! / 1e6
        target.series.ms[target.next] = values[row]!
        target.next += 1
      }
    },
  }
}

/** The chunks up to the first that is not intact. */
export async function eachChunk(
  handle: FileHandle,
  use: (header: ChunkHeader, payload: Buffer) => void,
): Promise<void> {
  const blocks = createBlocks(handle, HEADER_BYTES)
  for (;;) {
    const header = decodeChunkHeader(await blocks.take(CHUNK_HEADER_BYTES))
    const payload = header && (await blocks.take(header.bytes))
    if (!header || !payload || !isIntact(payload, header)) return
    use(header, payload)
  }
}

const BLOCK_BYTES = 2 ** 22

/** Takes a file piece by piece, and reads it in blocks into one buffer: most pieces are far smaller. */
function createBlocks(handle: FileHandle, start: number) {
  let buffer = Buffer.alloc(BLOCK_BYTES)
  let from = 0
  let to = 0
  let next = start

  async function fill(bytes: number): Promise<void> {
    const { size } = await handle.stat()
    // A length beyond the end of the file is none of ours.
    const wanted = Math.min(bytes, to - from + size - next)
    const roomy = wanted > buffer.length ? Buffer.alloc(wanted) : buffer
    buffer.copy(roomy, 0, from, to)
    buffer = roomy
    to -= from
    from = 0
    const { bytesRead } = await handle.read(buffer, to, buffer.length - to, next)
    next += bytesRead
    to += bytesRead
  }

  return {
    /** The next bytes, fewer at the end of the file, until more is taken. */
    async take(bytes: number): Promise<Buffer> {
      if (to - from < bytes) await fill(bytes)
      const taken = buffer.subarray(from, Math.min(from + bytes, to))
      from += taken.length
      return taken
    },
  }
}

export async function readAt(handle: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, at)
  return buffer.subarray(0, bytesRead)
}
