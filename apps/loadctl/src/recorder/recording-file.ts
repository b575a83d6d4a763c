import { closeSync, openSync, rmSync, writeSync } from "node:fs"

import type { RecordedTotals } from "./recording.ts"
import { CHUNK, encodeHeader, encodeJson, encodeSamples } from "./format.ts"
import type { Taken } from "./collector.ts"

/** Room that is given back when the disk is full, so that the verdict that says so can still be saved. */
const RESERVE_BYTES = 4 * 2 ** 20
const RESERVE_NAME = "reserve.tmp"

export type RecordingFile = ReturnType<typeof createRecordingFile>

/** Appends to a new recording. Every call has written when it returns; throws what the disk says. */
export function createRecordingFile(path: string, epochS: number) {
  const reserve = `${path}.${RESERVE_NAME}`
  const fd = openSync(path, "wx")
  write(fd, encodeHeader(epochS))
  reserveRoom(reserve)

  return {
    append({ columns, added }: Taken): void {
      if (added.length > 0) write(fd, encodeJson(CHUNK.series, added))
      if (columns.ns.length > 0) write(fd, encodeSamples(columns))
    },
    /** Frees what was kept for this: the verdict has to be saved where nothing else fits any more. */
    giveRoom(): void {
      rmSync(reserve, { force: true })
    },
    /** Writes the end mark: a file without it ended early. */
    end(totals: RecordedTotals): void {
      write(fd, encodeJson(CHUNK.end, totals))
    },
    close(): void {
      closeSync(fd)
      rmSync(reserve, { force: true })
    },
  }
}

/** What there is no room for leaves none taken, so that the run can say so. */
function reserveRoom(path: string): void {
  const fd = openSync(path, "w")
  try {
    write(fd, Buffer.alloc(RESERVE_BYTES, 1))
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
}

/** A disk that is about to be full takes a part of it first. */
function write(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
}
