import { open, rm } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"

/** `free` is called once the body is not read any more. */
export type SpoolItem = { requests: number; bytes: number; body: () => Promise<Buffer>; free: () => void }

export type SpoolOptions = {
  file: string
  /** Bodies are kept in memory up to this, then on disk up to that; what comes beyond is not forwarded. */
  memoryBytes: number
  diskBytes: number
}

export type Spool = ReturnType<typeof createSpool>

/** What waits for InfluxDB, first in, first out, in bounded room. */
export function createSpool({ file, memoryBytes, diskBytes }: SpoolOptions) {
  const disk = createDisk(file)
  const waiting: SpoolItem[] = []
  const dropped = { writes: 0, requests: 0 }
  const state = { ended: false, inMemory: 0 }
  let wake = Promise.withResolvers<void>()

  function push(item: SpoolItem): void {
    waiting.push(item)
    wake.resolve()
    wake = Promise.withResolvers()
  }

  return {
    put(body: Buffer, { requests, free }: Pick<SpoolItem, "requests" | "free">): void {
      if (state.inMemory + body.length <= memoryBytes) {
        state.inMemory += body.length
        push({ requests, bytes: body.length, body: () => Promise.resolve(body), free })
      } else if (disk.used() + body.length <= diskBytes) {
        push({ requests, bytes: 0, body: disk.put(body, free), free: () => {} })
      } else {
        free()
        dropped.writes += 1
        dropped.requests += requests
      }
    },
    /** The first that waits, which stays until it is removed; undefined once there is none and none will come. */
    async next(): Promise<SpoolItem | undefined> {
      while (waiting.length === 0 && !state.ended) await wake.promise
      return waiting[0]
    },
    remove(item: SpoolItem): void {
      waiting.shift()
      state.inMemory -= item.bytes
      item.free()
      if (waiting.every(({ bytes }) => bytes > 0)) disk.reuse()
    },
    end(): void {
      state.ended = true
      wake.resolve()
    },
    /** What was not taken. */
    left(): { writes: number; requests: number } {
      return {
        writes: waiting.length + dropped.writes,
        requests: waiting.reduce((sum, { requests }) => sum + requests, dropped.requests),
      }
    },
    close: () => disk.close(),
  }
}

/** Throws where the disk has room for a part of the body only, of which the system writes that part. */
async function writeWhole(to: FileHandle, body: Buffer, at: number): Promise<void> {
  for (let written = 0; written < body.length;) {
    const { bytesWritten } = await to.write(body, written, body.length - written, at + written)
    written += bytesWritten
  }
}

/** A file that bodies are put into one after the other; it is made when the first comes. */
function createDisk(file: string) {
  let handle: Promise<FileHandle> | null = null
  let used = 0
  return {
    used: () => used,
    put(body: Buffer, free: () => void): () => Promise<Buffer> {
      const { length } = body
      const at = used
      used += length
      const opened = (handle ??= open(file, "w+"))
      const written = opened.then((to) => writeWhole(to, body, at))
      // Looked at when its turn comes.
      written.then(free, free)
      return async () => {
        await written
        const { buffer } = await (await opened).read(Buffer.alloc(length), 0, length, at)
        return buffer
      }
    },
    /** What stands there is not needed any more. */
    reuse(): void {
      used = 0
    },
    async close(): Promise<void> {
      await (await handle?.catch(() => null))?.close()
      await rm(file, { force: true })
    },
  }
}
