import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"

const TOKEN = /^([0-9a-z]{1,12})\.([0-9a-z]{1,12})\.([\w-]{1,36})\.([\w-]{43})$/

/** A place in the waiting room that gave it, and until when it is kept, in ms since 1970. */
type WaitingToken = { key: number; until: number; room: string }

/** Tokens that only the API can make. Without a secret they are good in this process alone. */
export function createWaitingTokens({ secret, now }: { secret: string | undefined; now: () => number }) {
  const signingKey = secret ?? randomBytes(32)
  const macOf = (text: string) => createHmac("sha256", signingKey).update(text).digest("base64url")

  return {
    sign({ key, until, room }: WaitingToken): string {
      const text = `${key.toString(36)}.${until.toString(36)}.${room}`
      return `${text}.${macOf(text)}`
    },

    /** Undefined when it is forged or expired. */
    read(text: string): WaitingToken | undefined {
      const [, key = "", until = "", room = "", mac = ""] = TOKEN.exec(text) ?? []
      if (mac === "") return undefined
      const expected = Buffer.from(macOf(`${key}.${until}.${room}`))
      if (!timingSafeEqual(expected, Buffer.from(mac))) return undefined
      const token = { key: Number.parseInt(key, 36), until: Number.parseInt(until, 36), room }
      return token.until < now() ? undefined : token
    },
  }
}
