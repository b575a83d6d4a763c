import express from "express"
import type { RequestHandler } from "express"
import { RefusalError } from "../errors.ts"

const LIMIT_BYTES = 64 * 1024
// JSON.parse takes any depth; whatever walks the value afterwards must not.
const MAX_DEPTH = 20

/** Reads a JSON body; refuses other media types, big bodies and deep ones. No body leaves `req.body` undefined. */
export function jsonBody(): RequestHandler[] {
  return [refuseUnread, express.json({ limit: LIMIT_BYTES, verify: refuseDepth })]
}

/** Rejected by its headers alone: the parser would read a body to its end before it says that it is too large. */
const refuseUnread: RequestHandler = (req, _res, next) => {
  const encoding = req.headers["transfer-encoding"]
  const length = Number(req.headers["content-length"] ?? 0)
  if (encoding === undefined && length === 0) return next()
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") {
    throw new RefusalError("BAD_REQUEST", "This transfer encoding is not supported")
  }
  if (req.method !== "GET" && req.is("application/json") !== "application/json") {
    throw new RefusalError("UNSUPPORTED_MEDIA_TYPE", "Send application/json")
  }
  if (length > LIMIT_BYTES) throw new RefusalError("PAYLOAD_TOO_LARGE", "Send a smaller body")
  next()
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

function refuseDepth(_req: unknown, _res: unknown, bytes: Buffer): void {
  let depth = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes.readUInt8(at)
    if (byte === BACKSLASH && inText) at++
    else if (byte === QUOTE) inText = !inText
    else if (inText) continue
    else if (OPENING.has(byte)) depth++
    else if (CLOSING.has(byte)) depth--
    if (depth > MAX_DEPTH) throw Object.assign(new Error("too deep"), { type: "entity.too.deep" })
  }
}
