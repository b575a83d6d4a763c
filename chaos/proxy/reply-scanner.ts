import type { ResetTrigger } from "./toxics.ts"

/** Counts the replies of one connection towards a trigger; a pattern may lie across two chunks. */
export function createReplyScanner() {
  let tail = Buffer.alloc(0)

  /** How many replies in this chunk the trigger counts. */
  return function count(chunk: Buffer, { containing }: Pick<ResetTrigger, "containing">): number {
    if (!containing) return 1
    const seen = Buffer.concat([tail, chunk])
    let found = 0
    let after = 0
    for (let at = seen.indexOf(containing); at >= 0; at = seen.indexOf(containing, at + containing.length)) {
      found++
      after = at + containing.length
    }
    tail = Buffer.from(seen.subarray(Math.max(after, seen.length - containing.length + 1)))
    return found
  }
}
