import { crc32 } from "node:zlib"

/**
 * The file of a recording: a header, then chunks, each with its length and a checksum, so that whatever ends the writing
 * leaves a prefix that can be read. See docs/decisions/recorder.md.
 */
export const MAGIC = "LOADCTL1"
export const HEADER_BYTES = 16

export const CHUNK = { series: 1, samples: 2, end: 3 } as const
const CHUNK_KINDS: readonly number[] = Object.values(CHUNK)
// Kind, rows, bytes of the payload, CRC-32 of the payload: 32 bits each.
export const CHUNK_HEADER_BYTES = 16
const ROW_BYTES = 20

/** Samples of one write. `ns` since the header's second, `values` as k6 has them (ms, or 0 and 1), and their series. */
export type Columns = { ns: Float64Array; values: Float64Array; series: Uint32Array }

/** `epochS`: a whole second since 1970, which all times count from. */
export function encodeHeader(epochS: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write(MAGIC, "latin1")
  header.writeDoubleLE(epochS, MAGIC.length)
  return header
}

/** The header's second. Throws for a file of another kind. */
export function decodeHeader(header: Buffer): number {
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw new Error("It is not a recording of this version.")
  return header.readDoubleLE(MAGIC.length)
}

export function encodeSamples({ ns, values, series }: Columns): Buffer {
  const bytes = (column: Float64Array | Uint32Array): Buffer =>
    Buffer.from(column.buffer, column.byteOffset, column.byteLength)
  return encodeChunk(CHUNK.samples, ns.length, Buffer.concat([bytes(ns), bytes(values), bytes(series)]))
}

/** Reads the columns of one chunk after the other; those of the one before are gone then. */
export function createDecoder() {
  let buffer = new ArrayBuffer(0)
  return (payload: Buffer, rows: number): Columns => {
    if (buffer.byteLength < payload.length) buffer = new ArrayBuffer(2 * payload.length)
    // The columns need a boundary that the file does not keep.
    payload.copy(Buffer.from(buffer))
    return {
      ns: new Float64Array(buffer, 0, rows),
      values: new Float64Array(buffer, rows * 8, rows),
      series: new Uint32Array(buffer, rows * 16, rows),
    }
  }
}

export function encodeJson(kind: typeof CHUNK.series | typeof CHUNK.end, value: unknown): Buffer {
  return encodeChunk(kind, 0, Buffer.from(JSON.stringify(value)))
}

function encodeChunk(kind: number, rows: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(CHUNK_HEADER_BYTES)
  header.writeUInt32LE(kind, 0)
  header.writeUInt32LE(rows, 4)
  header.writeUInt32LE(payload.length, 8)
  header.writeUInt32LE(crc32(payload), 12)
  return Buffer.concat([header, payload])
}

export type ChunkHeader = { kind: number; rows: number; bytes: number; checksum: number }

/** Null where it cannot be one: the writing ended in its middle. */
export function decodeChunkHeader(header: Buffer): ChunkHeader | null {
  if (header.length < CHUNK_HEADER_BYTES) return null
  const [kind, rows, bytes, checksum] = [0, 4, 8, 12].map((at) => header.readUInt32LE(at))
  if (!CHUNK_KINDS.includes(kind!) || (kind === CHUNK.samples && rows! * ROW_BYTES !== bytes)) return null
  return { kind: kind!, rows: rows!, bytes: bytes!, checksum: checksum! }
}

export function isIntact(payload: Buffer, { bytes, checksum }: ChunkHeader): boolean {
  return payload.length === bytes && crc32(payload) === checksum
}
