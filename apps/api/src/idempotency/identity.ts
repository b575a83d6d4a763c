import { hash } from "node:crypto"

/**
 * The identity, a UUIDv8 (RFC 9562), of the row that a keyed request makes: a repeat of the request finds the row by
 * it, for as long as the row exists. The key carries its user where a token says who asks.
 */
export function rowIdentity({ operation, key }: { operation: string; key: string }): string {
  return uuidOf(`${operation} ${key}`)
}

/** The first 16 bytes of a text's SHA-256, with the version and the variant of a UUIDv8. */
export function uuidOf(text: string): string {
  const digest = hash("sha256", text, "hex")
  const variant = "89ab".charAt(Number.parseInt(digest.charAt(16), 16) & 0x3)
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`
}
