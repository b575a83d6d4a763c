import { once } from "node:events"
import type { IncomingMessage } from "node:http"

// k6 has so many writes under way at once.
const KEPT = 4
const SMALLEST_BYTES = 2 ** 16

export type Buffers = ReturnType<typeof createBuffers>

/**
 * Buffers that are used again: k6 writes megabytes per second, and memory that is new for each write makes the garbage
 * collector go through everything once for each.
 */
export function createBuffers() {
  const free: Buffer[] = []

  function take(bytes: number): Buffer {
    const index = free.findIndex(({ length }) => length >= bytes)
    const [found] = index < 0 ? [] : free.splice(index, 1)
    return found ?? Buffer.allocUnsafeSlow(Math.max(SMALLEST_BYTES, 2 ** Math.ceil(Math.log2(bytes))))
  }

  return {
    /** The whole body of a request, in a part of a buffer that is its own until it is given back. Throws if it is cut. */
    async read(request: IncomingMessage): Promise<Buffer> {
      let buffer = take(Number(request.headers["content-length"] ?? SMALLEST_BYTES))
      let length = 0
      request.on("data", (part: Buffer) => {
        if (length + part.length > buffer.length) {
          const small = buffer
          buffer = take(2 * (length + part.length))
          small.copy(buffer, 0, 0, length)
        }
        length += part.copy(buffer, length)
      })
      await once(request, "end")
      return buffer.subarray(0, length)
    },
    /** This body is not read any more. */
    giveBack(body: Buffer): void {
      free.push(Buffer.from(body.buffer))
      free.sort((a, b) => a.length - b.length)
      if (free.length > KEPT) free.shift()
    },
  }
}
