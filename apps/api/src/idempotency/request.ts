import { hash } from "node:crypto"
import type { Request } from "express"
import { RefusalError } from "../errors.ts"
import { rowIdentity, uuidOf } from "./identity.ts"

/**
 * A request that carries an Idempotency-Key, both as UUIDs: `identity` is the key's within its operation, `hash`
 * distinguishes payloads.
 */
export type KeyedRequest = { identity: string; hash: string }

const VISIBLE_ASCII = /^[!-~]{1,255}$/

/** The key of a request and what it stands for, or null without the header; a bad key is BAD_REQUEST. */
export function keyedRequest(req: Request, operation: string): KeyedRequest | null {
  const key = req.get("Idempotency-Key")
  if (key === undefined) return null
  if (!VISIBLE_ASCII.test(key)) {
    throw new RefusalError("BAD_REQUEST", "Idempotency-Key must be 1 to 255 visible ASCII characters")
  }
  return {
    identity: rowIdentity({ operation, key: ownKey(req, key) }),
    hash: requestHash(req.method, req.originalUrl, req.body),
  }
}

/** Where a token says who asks, keys of two users never collide: no user can detect or block the key of another. */
function ownKey(req: Request, key: string): string {
  const subject: unknown = req.res?.locals.subject
  if (typeof subject !== "string") return key
  return `${subject}.${hash("sha256", key, "hex")}`
}

/** One hash for all spellings of one payload: JSON whitespace and the order of names do not count. */
export function requestHash(method: string, url: string, body: unknown): string {
  return uuidOf(`${method} ${url}\n${canonical(body)}`)
}

const canonical = (value: unknown): string => JSON.stringify(withSortedNames(value))

/** The same with the names of every object in order; JSON.stringify takes three times as long with a function that sorts. */
function withSortedNames(value: unknown): unknown {
  if (!isNested(value)) return value
  if (Array.isArray(value)) return value.map(withSortedNames)
  const names = Object.keys(value)
  // The lines of an order, for one, need no copy.
  if (isSorted(names) && !names.some((name) => isNested(value[name]))) return value
  const copy: Record<string, unknown> = {}
  for (const name of names.toSorted()) {
    const inner = withSortedNames(value[name])
    // Assigned, this name would set the prototype and be lost.
    if (name === "__proto__") Object.defineProperty(copy, name, { value: inner, enumerable: true })
    else copy[name] = inner
  }
  return copy
}

const isNested = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object"

function isSorted(names: readonly string[]): boolean {
  let last = ""
  for (const name of names) {
    if (name < last) return false
    last = name
  }
  return true
}
