import express from "express"
import type { RequestHandler } from "express"
import { Refusal } from "../errors.ts"

const LIMIT_BYTES = 64 * 1024
// JSON.parse takes any depth; whatever walks the value afterwards must not.
const MAX_DEPTH = 20

/** Reads a JSON body; refuses other media types, big bodies and deep ones. No body leaves `req.body` undefined. */
export function jsonBody(): RequestHandler[] {
  return [refuseOtherTypes, express.json({ limit: LIMIT_BYTES, verify: refuseDepth })]
}

const refuseOtherTypes: RequestHandler = (req, _res, next) => {
  const hasBody =
    req.headers["transfer-encoding"] !== undefined || Number(req.headers["content-length"] ?? 0) > 0
  if (hasBody && req.method !== "GET" && req.is("application/json") !== "application/json") {
    throw new Refusal("UNSUPPORTED_MEDIA_TYPE", "Send application/json")
  }
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
    const byte = bytes[at] ?? 0
    if (byte === BACKSLASH && inText) at++
    else if (byte === QUOTE) inText = !inText
    else if (inText) continue
    else if (OPENING.has(byte)) depth++
    else if (CLOSING.has(byte)) depth--
    if (depth > MAX_DEPTH) throw Object.assign(new Error("too deep"), { type: "entity.too.deep" })
  }
}
