import { expect, it } from "vitest"

import { createReplyScanner } from "./reply-scanner.ts"
import { COMMIT_REPLY } from "./toxics.ts"

const containing = COMMIT_REPLY
const READY = Buffer.from("Z\0\0\0\x05I", "latin1")

it("counts every chunk where no pattern is given", () => {
  const count = createReplyScanner()
  expect(count(Buffer.from("anything"), {})).toBe(1)
})

it("counts each commit in a chunk", () => {
  const count = createReplyScanner()
  expect(count(Buffer.concat([COMMIT_REPLY, READY, COMMIT_REPLY, READY]), { containing })).toBe(2)
})

it.each(Array.from(COMMIT_REPLY.keys()))("finds a commit that is split after %i bytes, once", (at) => {
  const count = createReplyScanner()
  const chunks = [
    Buffer.concat([READY, COMMIT_REPLY.subarray(0, at)]),
    Buffer.concat([COMMIT_REPLY.subarray(at), READY]),
    READY,
  ]
  expect(chunks.map((chunk) => count(chunk, { containing })).reduce((a, b) => a + b, 0)).toBe(1)
})

it("does not take a rollback for a commit", () => {
  const count = createReplyScanner()
  expect(count(Buffer.from("C\0\0\0\x0dROLLBACK\0", "latin1"), { containing })).toBe(0)
})
