import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import type { Ticket } from "./waiting-places.ts"

const TOKEN = /^([0-9a-z]{1,12})\.([0-9a-z]{1,12})\.([\w-]{1,36})\.([\w-]{43})$/

/** A place, and until when it is kept, in ms since 1970. */
type WaitingToken = Ticket & { until: number }

/**
 * Tokens that only the API can make, each good for its owner alone. Without a secret they are good in this process only.
 */
export function createWaitingTokens({ secret, now }: { secret: string | undefined; now: () => number }) {
  const signingKey = secret ?? randomBytes(32)
  const macOf = (text: string, owner: string) =>
    createHmac("sha256", signingKey).update(`${text}\n${owner}`).digest("base64url")

  return {
    sign({ key, until, room }: WaitingToken, owner: string): string {
      const text = `${key.toString(36)}.${until.toString(36)}.${room}`
      return `${text}.${macOf(text, owner)}`
    },

    /** Undefined when it is forged, expired or of another owner. */
    read(text: string, owner: string): WaitingToken | undefined {
      const [, key = "", until = "", room = "", mac = ""] = TOKEN.exec(text) ?? []
      if (mac === "") return undefined
      const expected = Buffer.from(macOf(`${key}.${until}.${room}`, owner))
      if (!timingSafeEqual(expected, Buffer.from(mac))) return undefined
      const token = { key: Number.parseInt(key, 36), until: Number.parseInt(until, 36), room }
      return token.until < now() ? undefined : token
    },
  }
}

export type WaitingTokens = ReturnType<typeof createWaitingTokens>
