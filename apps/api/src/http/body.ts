import express from "express"
import type { NextFunction, Request, RequestHandler } from "express"
import { RefusalError } from "../errors.ts"

const LIMIT_BYTES = 64 * 1024
// JSON.parse takes any depth; whatever walks the value afterwards must not.
const MAX_DEPTH = 20

/**
 * Reads a JSON body; refuses other media types, big bodies and deep ones. No body leaves `req.body` undefined, and that of
 * a GET, which means nothing, is not read.
 */
export function jsonBody(): RequestHandler[] {
  const read = readPlain(express.json({ limit: LIMIT_BYTES, verify: refuseDepth }))
  return [refuseUnread, (req, res, next) => (BODILESS.has(req.method) ? next() : read(req, res, next))]
}

const BODILESS = new Set(["GET", "HEAD"])

/** Rejected by its headers alone: the parser would read a body to its end before it says that it is too large. */
const refuseUnread: RequestHandler = (req, _res, next) => {
  const encoding = req.headers["transfer-encoding"]
  const length = Number(req.headers["content-length"] ?? 0)
  if (encoding === undefined && length === 0) return next()
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") {
    throw new RefusalError("BAD_REQUEST", "This transfer encoding is not supported")
  }
  if (BODILESS.has(req.method)) return next()
  if (!isJson(req)) {
    throw new RefusalError("UNSUPPORTED_MEDIA_TYPE", "Send application/json")
  }
  if (length > LIMIT_BYTES) throw new RefusalError("PAYLOAD_TOO_LARGE", "Send a smaller body")
  next()
}

const isJson = (req: Request) =>
  PLAIN_JSON.has(req.headers["content-type"] ?? "") || req.is("application/json") === "application/json"

const QUOTE = 0x22
const BACKSLASH = 0x5c
// Brackets and braces differ by this bit alone.
const BRACE = 0x20
const OPENING = 0x7b
const CLOSING = 0x7d

const PLAIN_JSON = new Set([
  "application/json",
  "application/json; charset=utf-8",
  "application/json;charset=utf-8",
])

/**
 * Reads what nearly every client sends, UTF-8 of a known length, and leaves the rest to Express's parser. That one has
 * the same outcomes, and costs more CPU than an order's validation and hashes together.
 */
const readPlain =
  (otherwise: RequestHandler): RequestHandler =>
  (req, res, next) => {
    const { "content-length": length, "content-type": type, "content-encoding": encoding } = req.headers
    const isPlain = length !== undefined && length !== "0" && encoding === undefined
    if (isPlain && PLAIN_JSON.has(type ?? "")) collect(req, next)
    else otherwise(req, res, next)
  }

function collect(req: Request, next: NextFunction): void {
  const chunks: Buffer[] = []
  req.on("data", (chunk: Buffer) => chunks.push(chunk))
  req.on("end", () => {
    const [first] = chunks
    const bytes = first && chunks.length === 1 ? first : Buffer.concat(chunks)
    try {
      req.body = parse(bytes)
    } catch (error) {
      return next(error)
    }
    next()
  })
  req.on("close", () => {
    if (!req.complete) next(unreadable("request.aborted"))
  })
}

function parse(bytes: Buffer): unknown {
  if (isTooDeep(bytes)) throw unreadable("entity.too.deep")
  const text = bytes.toString("utf8")
  const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
  // JSON has other values, and no request is one.
  if (!/^\s*[[{]/.test(json)) throw unreadable("entity.parse.failed")
  try {
    return JSON.parse(json)
  } catch {
    throw unreadable("entity.parse.failed")
  }
}

const BYTE_ORDER_MARK = "\ufeff"

/** As Express's parser says it: `type` is what problem.ts knows. */
const unreadable = (type: string) => Object.assign(new Error(type), { type, status: 400 })

function refuseDepth(_req: unknown, _res: unknown, bytes: Buffer): void {
  if (isTooDeep(bytes)) throw unreadable("entity.too.deep")
}

function isTooDeep(bytes: Buffer): boolean {
  let depth = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes.readUInt8(at)
    if (byte === BACKSLASH && inText) at++
    else if (byte === QUOTE) inText = !inText
    else if (inText) continue
    else if ((byte | BRACE) === OPENING) depth++
    else if ((byte | BRACE) === CLOSING) depth--
    if (depth > MAX_DEPTH) return true
  }
  return false
}
